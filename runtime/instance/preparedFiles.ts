/** What the run folder of an instance holds: a pure function of place, settings and passwords. */
import type { Settings } from "../../objectives/settings.ts";
import type { Passwords } from "../credentials/accounts.ts";
import { accountsSql } from "./accountsSql.ts";
import { instanceHost } from "./hostName.ts";
import { memoryShares } from "./memory.ts";
import { myCnf } from "./myCnf.ts";
import type { Place } from "./place.ts";
import { probeCnf } from "./probeCnf.ts";
import { initialiseScript, leaveScript, startScript } from "./scripts.ts";

/** A file of the run folder. */
export interface PreparedFile {
	readonly name: string;
	readonly text: string;
	readonly mode: number;
}

const secret = 0o600;
const plain = 0o644;

export function preparedFiles(place: Place, settings: Settings, passwords: Passwords): readonly PreparedFile[] {
	const { replication, topology } = settings.plan;
	const profile = {
		host: instanceHost(place.pod, settings),
		memory: memoryShares(settings.memory),
		acks: topology.acks,
		netTimeoutSeconds: Math.max(1, Math.ceil(replication.netTimeout / 1000)),
		applierWorkers: replication.applierWorkers,
		archived: settings.stores.length > 0,
	};
	return [
		{ name: "my.cnf", text: myCnf(place, profile), mode: plain },
		{ name: "initialise.sql", text: accountsSql(passwords, [settings.schema]), mode: secret },
		{ name: "probe.cnf", text: probeCnf(place, passwords.monitor), mode: secret },
		{ name: "initialise.sh", text: initialiseScript(place.paths), mode: plain },
		{ name: "start.sh", text: startScript(place.paths), mode: plain },
		{ name: "leave.sh", text: leaveScript(place.paths), mode: plain },
	];
}

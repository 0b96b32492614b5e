/** What the run folder of an instance holds: a pure function of place, settings and passwords. */
import type { Settings } from "../../objectives/settings.ts";
import type { Passwords } from "../credentials/accounts.ts";
import { accountsSql } from "./accountsSql.ts";
import { instanceCnf } from "./instanceCnf.ts";
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
	return [
		{ name: "my.cnf", text: instanceCnf(place, settings), mode: plain },
		{ name: "initialise.sql", text: accountsSql(passwords, [settings.schema]), mode: secret },
		{ name: "probe.cnf", text: probeCnf(place, passwords.monitor), mode: secret },
		{ name: "initialise.sh", text: initialiseScript(place.paths, place.pod), mode: plain },
		{ name: "start.sh", text: startScript(place.paths), mode: plain },
		{ name: "leave.sh", text: leaveScript(place.paths), mode: plain },
	];
}

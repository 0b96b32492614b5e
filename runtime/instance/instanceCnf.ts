/** The my.cnf of an instance, as its pod writes it from the settings. Pure. */
import type { Settings } from "../../objectives/settings.ts";
import { instanceHost } from "./hostName.ts";
import { memoryShares } from "./memory.ts";
import { myCnf } from "./myCnf.ts";
import { type Place, podPaths } from "./place.ts";

export function instanceCnf(place: Place, settings: Settings): string {
	const { replication, topology } = settings.plan;
	return myCnf(place, {
		host: instanceHost(place.pod, settings),
		memory: memoryShares(settings.memory),
		acks: topology.acks,
		netTimeoutSeconds: Math.max(1, Math.ceil(replication.netTimeout / 1000)),
		applierWorkers: replication.applierWorkers,
		archived: settings.stores.length > 0,
	});
}

/** That of the first instance, for who judges what all of them have in common. */
export function firstInstanceCnf(settings: Settings): string {
	const { namespace } = settings;
	return instanceCnf(
		{ pod: "mysql-0", namespace, address: "127.0.0.1", port: 3306, adminPort: 33062, paths: podPaths },
		settings,
	);
}

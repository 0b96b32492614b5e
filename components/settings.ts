/** The settings that the runtime reads, and a fingerprint of what a MySQL instance must be restarted for. */
import { createHash } from "node:crypto";
import type { Settings } from "../objectives/index.ts";

/** The file's content. Key order is that of the object, so equal settings are equal text. */
export function settingsText(settings: Settings): string {
	return `${JSON.stringify(settings, null, 2)}\n`;
}

/** Changes with any setting: the watchdogs are restarted, one at a time, which costs nothing. */
export function settingsHash(settings: Settings): string {
	return fingerprint(settings);
}

/**
 * Changes only with what an instance's configuration file is made of. Contacts, schedules and drills are not, so that
 * a new phone number restarts no database.
 */
export function instanceHash(settings: Settings): string {
	const { memory, clusterDomain, credentialsSecret, tlsSecret, plan, stores } = settings;
	const { replication, topology } = plan;
	const archived = { archived: stores.length > 0 };
	return fingerprint({
		memory,
		clusterDomain,
		credentialsSecret,
		tlsSecret,
		replication,
		acks: topology.acks,
		...archived,
	});
}

function fingerprint(value: unknown): string {
	return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

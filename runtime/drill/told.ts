/** What status and record say of a drill's victim while it comes back. */
import { type ClusterRecord, parseRecord } from "../failover/record.ts";
import type { Status } from "../failover/status.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";

/** Something that was said, and when; milliseconds since 1970. */
export interface Told {
	readonly at: number;
	readonly step: string;
}

/** The cluster's record; null where there is none. */
export async function written(access: ClusterAccess): Promise<ClusterRecord | null> {
	const text = (await access.configMap("mysql-cluster"))?.data?.["record.json"];
	return text === undefined ? null : parseRecord(text);
}

/**
 * Adds to `told` what is new, and hands it back. A new volume is told by the record, with its time; being copied to and
 * taken in again by the status, when it is first seen.
 */
export function tellerOf(
	victim: string,
	failureAt: number,
	told: Told[],
): (status: Status | null, record: ClusterRecord | null) => readonly string[] {
	const known = new Set<string>();
	const say = (step: string, at: number) => {
		if (known.has(step)) return [];
		known.add(step);
		told.push({ at, step });
		return [step];
	};
	return (status, record) => {
		const volume = record?.volumes?.[victim];
		const replaced = volume !== undefined && Date.parse(volume.at) >= failureAt;
		const copied = status?.instances.find(({ name }) => name === victim)?.reason === "rebuild";
		return [
			...(replaced ? say(`${victim} gets a new volume: ${volume.reason}`, Date.parse(volume.at)) : []),
			...(copied ? say(`${victim} is cloned to`, Date.now()) : []),
		];
	};
}

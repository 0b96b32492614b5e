/** How often in a row nothing came of an instance's new volumes. Pure. */
import type { ClusterRecord } from "./record.ts";

export interface Attempt {
	/** The server UUID that was admitted last: another one says that the attempt came to something. */
	readonly uuid: string;
	/** This one included. */
	readonly times: number;
}

/**
 * @param claim the UID of the claim that is given up: the very one that an attempt was begun with is not another attempt
 */
export function nextAttempt(record: ClusterRecord, name: string, claim: string | undefined): Attempt {
	const before = record.volumes?.[name];
	// One that counts for nothing has not come to anything since.
	const uuid = record.uuids[name] ?? before?.uuid ?? "";
	if (before === undefined) return { uuid, times: 1 };
	if (before.claim === claim) return { uuid, times: before.times };
	return { uuid, times: before.uuid === uuid ? before.times + 1 : 1 };
}

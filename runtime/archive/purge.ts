/** Which binary logs an instance may let go. Pure. */
import { contains, emptySet, type GtidSet, isEmpty, subtract, union } from "../mysql/gtidSet.ts";

export interface LogFacts {
	readonly name: string;
	readonly bytes: number;
	/** All that it and the files before it hold. */
	readonly through: GtidSet;
	/** How long ago it was first seen to be finished, ms. */
	readonly ageMs: number;
}

export interface PurgeCase {
	/** Oldest first. The last one is being written, and stays. */
	readonly logs: readonly LogFacts[];
	/** What every store has, and no failover can take back. */
	readonly archived: GtidSet;
	/** What each of the other instances has; null of one that cannot be asked: it may need anything. */
	readonly others: readonly (GtidSet | null)[];
	/** Of the part of the history that is archived at all. */
	readonly wanted: (set: GtidSet) => GtidSet;
	/** Bytes that the files of an instance may take; null where its volume's size is not known. */
	readonly bound: number | null;
	/** Files are kept for so long although nobody is known to need them, while there is room. */
	readonly marginMs: number;
}

export interface Purge {
	/** The first file that stays; null where all of them do. */
	readonly to: string | null;
	/** What went although a store lacks it: a restore cannot cross it, unless another instance has it still. */
	readonly sacrificed: GtidSet;
	/** Files that must stay are about to reach the bound. */
	readonly tight: boolean;
}

/** Of the bound: above it, no file is kept for the margin's sake. */
const roomy = 1 / 2;
/** Of the bound: above it, people are told before anything is sacrificed. */
const tightAt = 3 / 4;

/**
 * Oldest first: what is archived and needed by nobody, when it is old or room is short. Above the bound the oldest go in any case: a full
 * volume stops the database, which would lose more.
 */
export function decidePurge(given: PurgeCase): Purge {
	const { logs, archived, wanted } = given;
	const bound = given.bound ?? Number.POSITIVE_INFINITY;
	let left = logs.reduce((sum, { bytes }) => sum + bytes, 0);
	let at = 0;
	while (at < logs.length - 1 && mayGo(logs[at] as LogFacts, left, bound, given)) left -= logs[at++]?.bytes ?? 0;
	const tight = left > bound * tightAt;
	let sacrificed = emptySet;
	while (at < logs.length - 1 && left > bound) {
		const log = logs[at++] as LogFacts;
		left -= log.bytes;
		sacrificed = union(sacrificed, subtract(wanted(log.through), archived));
	}
	return { to: at === 0 ? null : (logs[at]?.name ?? null), sacrificed, tight: tight || !isEmpty(sacrificed) };
}

function mayGo(log: LogFacts, left: number, bound: number, { archived, others, wanted, marginMs }: PurgeCase): boolean {
	if (!contains(archived, wanted(log.through))) return false;
	if (!others.every((has) => has !== null && contains(has, wanted(log.through)))) return false;
	return log.ageMs >= marginMs || left > bound * roomy;
}

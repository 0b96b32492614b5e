/** Holds the archive in a store against its own headers, and takes what is wrong from a store that has it whole. */
import { type ChainFault, checkChain } from "../archive/checkChain.ts";
import { survived } from "../archive/gaps.ts";
import { type HeaderLine, parseHeader } from "../archive/headerLine.ts";
import { verifyRest } from "../archive/open.ts";
import { readOrphans } from "../archive/readOrphans.ts";
import { segmentKey } from "../archive/segment.ts";
import { SegmentError } from "../archive/segmentError.ts";
import { contains, type GtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";

export interface MendedArchive {
	/** Segments that were taken from another store. */
	readonly mended: readonly number[];
	/** What stays wrong: no store that answers has it whole. */
	readonly faults: readonly ChainFault[];
}

export interface Mending {
	readonly store: ObjectStore;
	readonly others: readonly ObjectStore[];
	readonly cluster: string;
	/** What the backup holds that a restore to the oldest wanted second begins with; null where there is none. */
	readonly base: GtidSet | null;
}

/** @throws what `store` throws */
export async function mendArchive(mending: Mending): Promise<MendedArchive> {
	const found = await faultsOf(mending);
	const mended: number[] = [];
	for (const fault of found) mended.push(...(await mend(fault, mending)));
	return { mended, faults: mended.length === 0 ? found : await faultsOf(mending) };
}

async function faultsOf(mending: Mending): Promise<readonly ChainFault[]> {
	const { oldest, faults } = await checkChain(mending.store, mending.cluster);
	if (oldest === null || oldest.header.number === 1 || (await reachesBack(oldest, mending))) return faults;
	// A store that was emptied while it was written to has an end, and no beginning.
	const reason = "what lies before it is not in the backup that a restore to the oldest wanted second begins with";
	return [{ number: oldest.header.number, reason, next: oldest }, ...faults];
}

/** Whether the base holds all that lies before this segment. */
async function reachesBack({ header }: HeaderLine, { store, cluster, base }: Mending): Promise<boolean> {
	if (base === null) return true;
	const before = { term: header.term, missing: parseGtidSet(header.after) };
	return contains(base, survived(before, await readOrphans(store, cluster)));
}

/**
 * Backwards from the first that can be read, since each header names the one before by its hash: only what is named is put.
 * @returns the numbers of those that were
 */
async function mend({ number: first, next }: ChainFault, mending: Mending): Promise<number[]> {
	const { store, others, cluster } = mending;
	const mended: number[] = [];
	for (let known = next; known !== null && known.header.number > 1; ) {
		const number = known.header.number - 1;
		const { previous } = known.header;
		if ((await wholeIn(store, cluster, number, previous)) !== null) break;
		if (number < first - 1 && (await reachesBack(known, mending))) break;
		const object = await firstWhole(others, cluster, number, previous);
		if (object === null) break;
		const key = segmentKey(cluster, number);
		if ((await store.put(key, object, "once")) === "present") await store.put(key, object, "replace");
		mended.push(number);
		known = parseHeader(key, object, cluster);
	}
	return mended;
}

/** A store that does not answer has nothing. */
async function firstWhole(stores: readonly ObjectStore[], cluster: string, number: number, hash: string | null) {
	for (const store of stores) {
		const object = await wholeIn(store, cluster, number, hash).catch(() => null);
		if (object !== null) return object;
	}
	return null;
}

/** @returns null where it is another one, or damaged, or not there */
async function wholeIn(
	store: ObjectStore,
	cluster: string,
	number: number,
	hash: string | null,
): Promise<Buffer | null> {
	const key = segmentKey(cluster, number);
	const object = await store.get(key);
	if (object === null) return null;
	try {
		const line = parseHeader(key, object, cluster);
		verifyRest(key, line.header, object.subarray(line.bytes));
		return line.hash === hash ? object : null;
	} catch (error) {
		if (error instanceof SegmentError) return null;
		throw error;
	}
}

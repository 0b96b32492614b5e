/** Where the archive in a store ends, and how far two stores have the same. */
import { emptySet, type GtidSet, parseGtidSet, union } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import type { HeaderLine } from "./headerLine.ts";
import { newestNumber, readHeader } from "./readHeaders.ts";
import { SegmentError } from "./segmentError.ts";

export interface StoreEnd {
	readonly store: ObjectStore;
	/** Of the newest object; 0 where there is none. */
	readonly newest: number;
	/** The newest header that can be read. */
	readonly line: HeaderLine | null;
}

export async function readEnd(store: ObjectStore, cluster: string): Promise<StoreEnd> {
	const newest = (await newestNumber(store, cluster)) ?? 0;
	for (let number = newest; number > 0; number--) {
		const line = await readable(store, cluster, number);
		if (line !== null) return { store, newest, line };
	}
	return { store, newest, line: null };
}

/** The store whose archive goes furthest; of several, the one that was declared first. */
export function furthest(ends: readonly StoreEnd[]): StoreEnd | null {
	const number = ({ line }: StoreEnd) => line?.header.number ?? 0;
	return ends.reduce<StoreEnd | null>((best, end) => (best === null || number(end) > number(best) ? end : best), null);
}

/** What a store has that the chain has not. */
export interface Fork {
	/** The last segment that both have, and its hash; 0 and null where there is none. */
	readonly common: { readonly number: number; readonly line: HeaderLine | null };
	/** The newest number of the store: up to here its objects are others. 0 where it has none beyond the common one. */
	readonly until: number;
	/** The transactions of those. */
	readonly gtids: GtidSet;
}

/** @param chain the header of a number, of the archive that counts; null beyond its end */
export async function compare(
	{ store, newest, line }: StoreEnd,
	cluster: string,
	chain: (number: number) => Promise<HeaderLine | null>,
): Promise<Fork> {
	let gtids = emptySet;
	for (let number = newest; number > 0; number--) {
		const own = number === line?.header.number ? line : await readable(store, cluster, number);
		if (own !== null && own.hash === (await chain(number))?.hash) {
			return { common: { number, line: own }, until: number === newest ? 0 : newest, gtids };
		}
		if (own !== null) gtids = union(gtids, parseGtidSet(own.header.gtids));
	}
	return { common: { number: 0, line: null }, until: newest, gtids };
}

/** Null where it is missing or damaged: whoever has it whole will write it again. */
async function readable(store: ObjectStore, cluster: string, number: number): Promise<HeaderLine | null> {
	try {
		return await readHeader(store, cluster, number);
	} catch (error) {
		if (error instanceof SegmentError) return null;
		throw error;
	}
}

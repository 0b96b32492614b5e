/** What the archive in a store holds, as its newest segment says. */
import { contains, emptySet, type GtidSet, parseGtidSet, union } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { longestHeader, segmentHeaderSchema, segmentKey, segmentPrefix } from "./segment.ts";

/** Whether one of the stores has all of these transactions. A store that cannot be asked has none. */
export function archivedIn(stores: readonly ObjectStore[], cluster: string): (set: GtidSet) => Promise<boolean> {
	return async (set) => {
		const held = await Promise.all(stores.map((store) => archivedSet(store, cluster).catch(() => emptySet)));
		return held.some((archived) => contains(archived, set));
	};
}

/** Each segment's header tells what came before it. */
export async function archivedSet(store: ObjectStore, cluster: string): Promise<GtidSet> {
	const number = await newestNumber(store, cluster);
	if (number === null) return emptySet;
	const beginning = await store.getRange(segmentKey(cluster, number), 0, longestHeader);
	const line = beginning?.toString("utf8").split("\n", 1)[0] ?? "";
	const { after, gtids } = segmentHeaderSchema.parse(JSON.parse(line));
	return union(parseGtidSet(after), parseGtidSet(gtids));
}

/** Numbers have no hole, so that a few looks find the last of a million, where a listing would take a thousand. */
async function newestNumber(store: ObjectStore, cluster: string): Promise<number | null> {
	const first = await firstNumber(store, cluster);
	if (first === null) return null;
	const isThere = async (number: number) => (await store.head(segmentKey(cluster, number))) !== null;
	let step = 1;
	while (await isThere(first + step)) step *= 2;
	let there = first + Math.floor(step / 2);
	for (let absent = first + step; absent - there > 1; ) {
		const middle = Math.floor((there + absent) / 2);
		if (await isThere(middle)) there = middle;
		else absent = middle;
	}
	return there;
}

async function firstNumber(store: ObjectStore, cluster: string): Promise<number | null> {
	const prefix = segmentPrefix(cluster);
	for await (const { key } of store.list(prefix)) return Number.parseInt(key.slice(prefix.length), 10);
	return null;
}

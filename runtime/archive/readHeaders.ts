/** What an archive holds, read from the beginnings of its objects: nothing is decrypted, and little is fetched. */
import { contains, type GtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { blockOf, indexed, indexKey, indexPrefix, readIndex } from "./headerIndex.ts";
import { type HeaderLine, parseHeader } from "./headerLine.ts";
import { longestHeader, segmentKey, segmentPrefix } from "./segment.ts";
import { SegmentError } from "./segmentError.ts";

/** One object that cannot be read as the segment that its key names. */
export interface Damaged {
	readonly number: number;
	readonly error: SegmentError;
}

export interface Headers {
	/** In the order of their numbers. */
	readonly lines: readonly HeaderLine[];
	readonly damaged: readonly Damaged[];
}

/** Fetched at the same time. */
const atOnce = 16;
/** Most headers have about a thousand bytes. */
const likelyHeader = 4096;

/**
 * The headers of all segments whose numbers are greater than `after`. Whole blocks come from their index; where that is not there or
 * is damaged, from the segments themselves.
 * @throws what the store throws; a damaged object is told, not thrown
 */
export async function readHeaders(
	store: ObjectStore,
	cluster: string,
	{ after = 0 }: { readonly after?: number } = {},
): Promise<Headers> {
	const blocks = await indexedBlocks(store, cluster);
	const lines: HeaderLine[] = [];
	const damaged: Damaged[] = [];
	for (const first of blocks.filter((block) => block + indexed - 1 > after)) {
		const block = (await readIndex(store, cluster, first).catch(ifDamaged)) ?? [];
		lines.push(...block);
	}
	const have = new Set(lines.map(({ header }) => header.number));
	const numbers: number[] = [];
	for await (const number of segmentNumbers(store, cluster, unindexedAfter(have, after))) {
		if (!have.has(number)) numbers.push(number);
	}
	for (let i = 0; i < numbers.length; i += atOnce) {
		const fetched = numbers.slice(i, i + atOnce).map((number) => headerOf(store, cluster, number));
		for (const one of await Promise.all(fetched)) {
			if ("error" in one) damaged.push(one);
			else lines.push(one);
		}
	}
	const wanted = lines.filter(({ header }) => header.number > after);
	return { lines: wanted.sort((a, b) => a.header.number - b.header.number), damaged };
}

/**
 * Newest first, block by block, until one begins with what `have` holds already: what a restore from a backup needs.
 */
export async function readHeadersSince(store: ObjectStore, cluster: string, have: GtidSet): Promise<Headers> {
	const newest = await newestNumber(store, cluster);
	if (newest === null) return { lines: [], damaged: [] };
	let first = blockOf(newest);
	while (first > 1) {
		const line = await headerOf(store, cluster, first);
		if (!("error" in line) && contains(have, parseGtidSet(line.header.after))) break;
		first -= indexed;
	}
	return readHeaders(store, cluster, { after: first - 1 });
}

/** The number of the last segment, or null. */
export async function newestNumber(store: ObjectStore, cluster: string): Promise<number | null> {
	const last = (await indexedBlocks(store, cluster)).at(-1);
	let newest: number | null = last === undefined ? null : last + indexed - 1;
	for await (const number of segmentNumbers(store, cluster, newest ?? 0)) newest = number;
	return newest;
}

/** The number of the first segment that is there, or null. */
export async function oldestNumber(store: ObjectStore, cluster: string): Promise<number | null> {
	for await (const number of segmentNumbers(store, cluster, 0)) return number;
	return null;
}

/** @throws SegmentError when there is none, or none that can be read */
export async function readHeader(store: ObjectStore, cluster: string, number: number): Promise<HeaderLine> {
	const key = segmentKey(cluster, number);
	const begin = await store.getRange(key, 0, likelyHeader);
	if (begin === null) throw new SegmentError(key, "missing", `${store.name} does not have it`);
	const whole = begin.length < likelyHeader || begin.includes("\n");
	return parseHeader(key, whole ? begin : ((await store.getRange(key, 0, longestHeader)) ?? begin), cluster);
}

async function headerOf(store: ObjectStore, cluster: string, number: number): Promise<HeaderLine | Damaged> {
	try {
		return await readHeader(store, cluster, number);
	} catch (error) {
		if (error instanceof SegmentError) return { number, error };
		throw error;
	}
}

function ifDamaged(error: unknown): null {
	if (error instanceof SegmentError) return null;
	throw error;
}

/** Less one, where the first block begins of which there is no index. */
function unindexedAfter(have: ReadonlySet<number>, after: number): number {
	let first = blockOf(after + 1);
	while (have.has(first)) first += indexed;
	return Math.max(after, first - 1);
}

/** First numbers of the blocks that have an index. */
async function indexedBlocks(store: ObjectStore, cluster: string): Promise<number[]> {
	const blocks: number[] = [];
	for await (const { key } of store.list(indexPrefix(cluster))) {
		const first = numberIn(key.slice(indexPrefix(cluster).length));
		if (first !== null && indexKey(cluster, first) === key) blocks.push(first);
	}
	return blocks;
}

async function* segmentNumbers(store: ObjectStore, cluster: string, after: number): AsyncGenerator<number> {
	const prefix = segmentPrefix(cluster);
	const options = after > 0 ? { after: segmentKey(cluster, after) } : {};
	for await (const { key } of store.list(prefix, options)) {
		const number = numberIn(key.slice(prefix.length));
		if (number !== null && segmentKey(cluster, number) === key) yield number;
	}
}

function numberIn(name: string): number | null {
	const match = /^(\d{12})/.exec(name);
	return match === null ? null : Number(match[1]);
}

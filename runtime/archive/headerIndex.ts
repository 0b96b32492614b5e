/**
 * The headers of many segments in one object, so that weeks of them are read in seconds. It says nothing that the segments do not say,
 * and can be made from them again.
 */
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import type { ObjectStore } from "../store/objectStore.ts";
import { formatHeader, type HeaderLine, parseHeader } from "./headerLine.ts";
import { segmentKey } from "./segment.ts";
import { SegmentError } from "./segmentError.ts";

/** Segments in one index object. */
export const indexed = 500;

export const indexPrefix = (cluster: string): string => `archive/${cluster}/index/`;

const digits = (number: number) => String(number).padStart(12, "0");

/** @param first of its segments: 1, 501, … */
export const indexKey = (cluster: string, first: number): string =>
	`${indexPrefix(cluster)}${digits(first)}-${digits(first + indexed - 1)}.json.zst`;

/** Where the block begins that this segment lies in. */
export const blockOf = (number: number): number => Math.floor((number - 1) / indexed) * indexed + 1;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
/** An index that unpacks to more was not written by us. */
const largest = 2 ** 28;

export async function writeIndex(store: ObjectStore, cluster: string, lines: readonly HeaderLine[]): Promise<void> {
	const first = lines[0]?.header.number ?? 0;
	if (lines.length !== indexed || blockOf(first) !== first) throw new Error(`no index begins with segment ${first}`);
	const body = await compress(Buffer.concat(lines.map(({ header }) => formatHeader(header))));
	// Derived: one that is there says the same, or is found wrong by whoever reads it.
	await store.put(indexKey(cluster, first), body, "once");
}

/**
 * @returns null where there is none
 * @throws SegmentError when it is not one whole block of headers, each knowing the one before
 */
export async function readIndex(store: ObjectStore, cluster: string, first: number): Promise<HeaderLine[] | null> {
	const key = indexKey(cluster, first);
	const body = await store.get(key);
	if (body === null) return null;
	const lines: HeaderLine[] = [];
	for (let rest = await unpacked(key, body), number = first; rest.length > 0; number++) {
		const line = parseHeader(segmentKey(cluster, number), rest, cluster);
		if (lines.length > 0 && line.header.previous !== lines.at(-1)?.hash) {
			throw new SegmentError(key, "corrupted", `its header ${number} does not follow on the one before`);
		}
		lines.push(line);
		rest = rest.subarray(line.bytes);
	}
	if (lines.length !== indexed) throw new SegmentError(key, "truncated", `it has ${lines.length} headers`);
	return lines;
}

async function unpacked(key: string, body: Buffer): Promise<Buffer> {
	try {
		return await decompress(body, { maxOutputLength: largest });
	} catch (error) {
		throw new SegmentError(key, "corrupted", error instanceof Error ? error.message : String(error));
	}
}

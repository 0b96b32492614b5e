/** The first line of a segment: what is known of it without the key. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { longestHeader, type SegmentHeader, segmentHeaderSchema, segmentKey } from "./segment.ts";
import { SegmentError } from "./segmentError.ts";

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A header, and the hash of its line, by which the next segment knows it. */
export interface HeaderLine {
	readonly header: SegmentHeader;
	readonly hash: string;
	/** Where the rest begins. */
	readonly bytes: number;
}

/** With its newline. @throws Error when it is longer than a reader would read */
export function formatHeader(header: SegmentHeader): Buffer {
	const line = Buffer.from(`${JSON.stringify(header)}\n`);
	if (line.length > longestHeader) throw new Error(`segment ${header.number}: its header has ${line.length} bytes`);
	return line;
}

export function headerLine(header: SegmentHeader): HeaderLine {
	const line = formatHeader(header);
	return { header, hash: sha256(line), bytes: line.length };
}

/**
 * @param begin at least the header of the object
 * @throws SegmentError when it is not this cluster's segment of this key
 */
export function parseHeader(key: string, begin: Buffer, cluster: string): HeaderLine {
	const end = begin.subarray(0, longestHeader).indexOf("\n");
	if (end < 0) {
		const whole = begin.length >= longestHeader || begin.at(0) !== "{".charCodeAt(0);
		throw new SegmentError(key, whole ? "not a segment" : "truncated", "its first line does not end");
	}
	const line = begin.subarray(0, end + 1);
	const header = parsed(key, line);
	if (header.cluster !== cluster) throw new SegmentError(key, "foreign", `it is of the cluster ${header.cluster}`);
	if (segmentKey(cluster, header.number) !== key) {
		throw new SegmentError(key, "swapped", `it is segment ${header.number}`);
	}
	return { header, hash: sha256(line), bytes: line.length };
}

function parsed(key: string, line: Buffer): SegmentHeader {
	let given: unknown;
	try {
		given = JSON.parse(line.toString("utf8"));
	} catch {
		throw new SegmentError(key, "corrupted", "its first line is not JSON");
	}
	const result = segmentHeaderSchema.safeParse(given);
	if (result.success) return result.data;
	throw new SegmentError(key, "corrupted", `its header: ${z.prettifyError(result.error).replace(/\s+/g, " ")}`);
}

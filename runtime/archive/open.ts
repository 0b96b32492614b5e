/** Object to binary log, with everything verified that can be. */
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { Decrypter } from "age-encryption";
import { bytesOf } from "../binlog/binlogBytes.ts";
import { readWholeBinlog } from "../binlog/readBinlog.ts";
import type { BinlogTransaction } from "../binlog/transaction.ts";
import { equals, parseGtidSet } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { type HeaderLine, parseHeader, sha256 } from "./headerLine.ts";
import { type SegmentHeader, segmentKey } from "./segment.ts";
import { SegmentError } from "./segmentError.ts";

export interface Opened extends HeaderLine {
	/** A binary log by itself. */
	readonly binlog: Buffer;
	readonly transactions: readonly BinlogTransaction[];
}

const decompress = promisify(zstdDecompress);

/**
 * @param identities age identities; one that fits is enough
 * @throws SegmentError naming the key and what is wrong
 */
export async function openSegment(
	key: string,
	object: Buffer,
	{ cluster, identities }: { readonly cluster: string; readonly identities: readonly string[] },
): Promise<Opened> {
	const line = parseHeader(key, object, cluster);
	const rest = object.subarray(line.bytes);
	verifyRest(key, line.header, rest);
	const binlog = await decrypted(key, line.header, rest, identities);
	if (sha256(binlog) !== line.header.sha256) throw new SegmentError(key, "corrupted", "what it holds has another hash");
	const { transactions } = understood(key, () => readWholeBinlog(bytesOf(key, binlog)));
	const held = parseGtidSet(transactions.map(({ gtid }) => gtid).join(","));
	if (!equals(held, parseGtidSet(line.header.gtids))) {
		throw new SegmentError(key, "corrupted", "it does not hold the transactions that its header names");
	}
	return { ...line, binlog, transactions };
}

/** Reads and opens it. @param expected its header as the chain has it: the object must still be that one */
export async function fetchSegment(
	store: ObjectStore,
	expected: SegmentHeader,
	identities: readonly string[],
): Promise<Opened> {
	const key = segmentKey(expected.cluster, expected.number);
	const object = await store.get(key);
	if (object === null) throw new SegmentError(key, "missing", `${store.name} does not have it`);
	const opened = await openSegment(key, object, { cluster: expected.cluster, identities });
	if (opened.header.storedSha256 !== expected.storedSha256) {
		throw new SegmentError(key, "swapped", "it is not the object that the chain was read with");
	}
	return opened;
}

/** Without the key. */
export function verifyRest(key: string, { storedSha256, storedBytes }: SegmentHeader, rest: Buffer): void {
	if (storedBytes !== undefined && rest.length < storedBytes) {
		throw new SegmentError(key, "truncated", `${rest.length} of ${storedBytes} bytes are there`);
	}
	if (sha256(rest) !== storedSha256) throw new SegmentError(key, "corrupted", "its bytes have another hash");
}

async function decrypted(
	key: string,
	header: SegmentHeader,
	rest: Buffer,
	identities: readonly string[],
): Promise<Buffer> {
	const decrypter = new Decrypter();
	for (const identity of identities) decrypter.addIdentity(identity);
	let compressed: Uint8Array;
	try {
		compressed = await decrypter.decrypt(rest);
	} catch (error) {
		// Its hash was right: what does not open it is the key.
		throw new SegmentError(key, "wrong key", error instanceof Error ? error.message : String(error));
	}
	try {
		return await decompress(compressed, { maxOutputLength: Math.max(header.bytes, 1) });
	} catch (error) {
		throw new SegmentError(key, "corrupted", `it does not unpack: ${error instanceof Error ? error.message : error}`);
	}
}

function understood<T>(key: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw new SegmentError(key, "corrupted", error instanceof Error ? error.message : String(error));
	}
}

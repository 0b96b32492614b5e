/** Which transactions a binary log holds, and where. For files that still grow: what is not there whole yet is for the next look. */
import type { GtidSet } from "../mysql/gtidSet.ts";
import type { BinlogBytes } from "./binlogBytes.ts";
import { BinlogError } from "./binlogError.ts";
import { checksumBytes, type EventFrame, eventTypes, frameAt, magic, verifyChecksum, withoutInUse } from "./event.ts";
import { type GtidFacts, readGtid, readTaggedGtid } from "./gtidEvent.ts";
import { readPreviousGtids } from "./previousGtids.ts";
import type { BinlogTransaction } from "./transaction.ts";

export interface BinlogReading {
	/** The magic number and the format description: what each part of this file must begin with. Null while that is not there. */
	readonly format: Buffer | null;
	/** Whether events end with a checksum. */
	readonly checksums: boolean;
	/** What the files before this one hold; null where that is not known. */
	readonly previous: GtidSet | null;
	/** The whole ones, in their order. */
	readonly transactions: readonly BinlogTransaction[];
	/** The offset after the last whole transaction, or after the last event that belongs to none. */
	readonly end: number;
	/** The transaction at `end` that has begun and is not there whole; `to`: where it will end. Null where none has. */
	readonly waiting: Pick<BinlogTransaction, "gtid" | "from" | "to"> | null;
	/** The server has ended the file. */
	readonly finished: boolean;
}

export interface ReadingOptions {
	/** What an earlier look at the same file gave: this one begins where that ended, and gives what came since. */
	readonly after?: BinlogReading;
	/** Stops behind the transaction with which so many bytes are reached. Default: reads all there is. */
	readonly enough?: number;
}

const beginning: BinlogReading = {
	format: null,
	checksums: true,
	previous: null,
	transactions: [],
	end: 0,
	waiting: null,
	finished: false,
};

/**
 * Every event's checksum is verified, and each transaction's end is where its first event and its last one say so.
 * @throws BinlogError for what is no binary log, is damaged, or has transactions without a GTID
 */
export function readBinlog(bytes: BinlogBytes, options: ReadingOptions = {}): BinlogReading {
	const { after = beginning, enough = Number.POSITIVE_INFINITY } = options;
	const start = after.format === null ? readFormat(bytes) : { ...after, transactions: [], waiting: null };
	if (start.format === null) return start;
	const transactions: BinlogTransaction[] = [];
	const far = { ...start, transactions };
	while (!far.finished && far.end - start.end < enough && advance(bytes, far, transactions));
	return far;
}

/**
 * By one transaction, or one event that belongs to none.
 * @returns false where that is not there whole yet
 */
function advance(bytes: BinlogBytes, far: Mutable<BinlogReading>, transactions: BinlogTransaction[]): boolean {
	const frame = frameAt(bytes, far.end);
	if (frame === null) return false;
	if (isGtid(frame)) {
		const transaction = transactionAt(bytes, frame, far.checksums);
		if (transaction.to > bytes.size) {
			far.waiting = transaction;
			return false;
		}
		transactions.push(transaction);
		far.end = transaction.to;
		return true;
	}
	const event = checkedEvent(bytes, frame, far.checksums);
	if (frame.type === eventTypes.previousGtids) far.previous = understood(bytes, frame, () => readPreviousGtids(event));
	far.finished = endsFile(bytes, frame);
	far.end = frame.to;
	return true;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The same for a log that must be whole.
 * @throws BinlogError where something is left over
 */
export function readWholeBinlog(bytes: BinlogBytes): BinlogReading {
	const reading = readBinlog(bytes);
	if (reading.end !== bytes.size) throw new BinlogError(bytes.name, reading.end, "it ends within a transaction");
	return reading;
}

function readFormat(bytes: BinlogBytes): BinlogReading {
	const begins = bytes.read(0, Math.min(magic.length, bytes.size));
	if (!begins.equals(magic.subarray(0, begins.length))) {
		throw new BinlogError(bytes.name, 0, "is not a binary log, or an encrypted one");
	}
	const frame = begins.length < magic.length ? null : frameAt(bytes, magic.length);
	if (frame === null) return beginning;
	if (frame.type !== eventTypes.formatDescription) {
		throw new BinlogError(bytes.name, frame.from, `begins with an event of type ${frame.type}, not with its format`);
	}
	// This one has a checksum whatever it says of the others.
	verifyChecksum(bytes, frame);
	const event = bytes.read(frame.from, frame.to - frame.from);
	const algorithm = event.readUInt8(event.length - checksumBytes - 1);
	if (algorithm > 1) throw new BinlogError(bytes.name, frame.from, `checksum algorithm ${algorithm} is unknown`);
	const format = Buffer.concat([magic, withoutInUse(event)]);
	return { ...beginning, format, checksums: algorithm === 1, end: frame.to };
}

const isGtid = ({ type }: EventFrame) => type === eventTypes.gtid || type === eventTypes.taggedGtid;

/** What its first event says; where its last event is there, all of it is looked at. */
function transactionAt(bytes: BinlogBytes, first: EventFrame, checksums: boolean): BinlogTransaction {
	const facts = gtidFacts(bytes, first, checksums);
	const { gtid, originalCommit, immediateCommit } = facts;
	const to = first.from + facts.length;
	const transaction = { gtid, from: first.from, to, originalCommit, immediateCommit };
	if (to > bytes.size) return transaction;
	for (let at = first.to; at < to; ) {
		const frame = frameAt(bytes, at);
		if (frame === null || frame.to > to) {
			throw new BinlogError(bytes.name, at, `an event goes beyond the end (${to}) of ${facts.gtid}`);
		}
		if (isGtid(frame) || frame.type === eventTypes.anonymousGtid) {
			throw new BinlogError(bytes.name, at, `a transaction begins before the end (${to}) of ${facts.gtid}`);
		}
		if (checksums) verifyChecksum(bytes, frame);
		at = frame.to;
	}
	return transaction;
}

function gtidFacts(bytes: BinlogBytes, frame: EventFrame, checksums: boolean): GtidFacts {
	const event = checkedEvent(bytes, frame, checksums);
	const read = frame.type === eventTypes.gtid ? readGtid : readTaggedGtid;
	const facts = understood(bytes, frame, () => read(event));
	if (facts.length < frame.to - frame.from) {
		throw new BinlogError(bytes.name, frame.from, `${facts.gtid} says that it has ${facts.length} bytes`);
	}
	return facts;
}

/** @returns the event without its checksum */
function checkedEvent(bytes: BinlogBytes, frame: EventFrame, checksums: boolean): Buffer {
	if (checksums) verifyChecksum(bytes, frame);
	return bytes.read(frame.from, frame.to - frame.from - (checksums ? checksumBytes : 0));
}

function understood<T>(bytes: BinlogBytes, { from, type }: EventFrame, read: () => T): T {
	try {
		return read();
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new BinlogError(bytes.name, from, `an event of type ${type} that is not understood: ${why}`);
	}
}

const belongToNone: ReadonlySet<number> = new Set([
	eventTypes.formatDescription,
	eventTypes.previousGtids,
	eventTypes.heartbeat,
	eventTypes.heartbeatV2,
	eventTypes.ignorable,
]);

/** @returns whether the file ends with it */
function endsFile(bytes: BinlogBytes, { type, from }: EventFrame): boolean {
	if (type === eventTypes.rotate || type === eventTypes.stop) return true;
	if (belongToNone.has(type)) return false;
	throw new BinlogError(
		bytes.name,
		from,
		type === eventTypes.anonymousGtid
			? "a transaction without a GTID, which cannot be archived"
			: `an event of type ${type} outside of a transaction`,
	);
}

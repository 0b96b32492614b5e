/** What a transaction's first event says: its GTID, its commit times, its length. */
import { headerBytes } from "./event.ts";
import { VarlenReader } from "./varlen.ts";

export interface GtidFacts {
	readonly gtid: string;
	/** Microseconds since 1970. */
	readonly originalCommit: number;
	readonly immediateCommit: number;
	/** Of the whole transaction, this event included, in bytes. */
	readonly length: number;
}

export function uuidText(bytes: Buffer): string {
	const hex = bytes.toString("hex");
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Post-header: flags, UUID, number, kind of logical time, last committed, sequence number. */
const uuidAt = headerBytes + 1;
const numberAt = uuidAt + 16;
const timesAt = numberAt + 8 + 1 + 8 + 8;
const timeBytes = 7;
/** The highest bit of the immediate commit's time says that another, the original's, follows. */
const originalFollows = 2 ** 55;

/**
 * GTID_LOG_EVENT.
 * @param event without its checksum
 * @throws RangeError where it ends too soon
 */
export function readGtid(event: Buffer): GtidFacts {
	const uuid = uuidText(event.subarray(uuidAt, numberAt));
	const number = event.readBigInt64LE(numberAt);
	const immediate = event.readUIntLE(timesAt, 6) + event.readUInt8(timesAt + 6) * 2 ** 48;
	const replicated = immediate >= originalFollows;
	const immediateCommit = replicated ? immediate - originalFollows : immediate;
	const originalAt = timesAt + timeBytes;
	const originalCommit = replicated
		? event.readUIntLE(originalAt, 6) + event.readUInt8(originalAt + 6) * 2 ** 48
		: immediateCommit;
	const length = netLength(event, replicated ? originalAt + timeBytes : originalAt);
	return { gtid: `${uuid}:${number}`, originalCommit, immediateCommit, length };
}

/** The client protocol's number of variable length. */
function netLength(bytes: Buffer, at: number): number {
	const first = bytes.readUInt8(at);
	if (first < 251) return first;
	if (first === 252) return bytes.readUInt16LE(at + 1);
	if (first === 253) return bytes.readUIntLE(at + 1, 3);
	if (first === 254) return Number(bytes.readBigUInt64LE(at + 1));
	throw new RangeError("no length");
}

/** Fields of GTID_TAGGED_LOG_EVENT by their numbers (`gtids/gtid_log_event`: `define_fields`). */
const fields = {
	flags: 0,
	uuid: 1,
	number: 2,
	tag: 3,
	lastCommitted: 4,
	sequence: 5,
	immediate: 6,
	original: 7,
	length: 8,
};

/**
 * GTID_TAGGED_LOG_EVENT: a message of the server's serialization library. Its fields come in the order of their numbers; those that hold
 * their default are left out.
 * @param event without its checksum
 * @throws RangeError where it ends too soon or does not hold what it must
 */
export function readTaggedGtid(event: Buffer): GtidFacts {
	const reader = new VarlenReader(event, headerBytes);
	const version = reader.number();
	if (version !== 1) throw new RangeError(`serialization version ${version} is unknown`);
	const size = reader.number();
	reader.number(); // The last field that a reader must know.
	const end = headerBytes + size;
	if (end > event.length) throw new RangeError("the message goes beyond the event");
	const found = new Map<number, string | number>();
	while (reader.at < end && !found.has(fields.length)) {
		const id = reader.number();
		found.set(id, readField(reader, id));
	}
	const number = (id: number): number => {
		const value = found.get(id);
		if (typeof value !== "number") throw new RangeError(`field ${id} is missing`);
		return value;
	};
	const immediateCommit = number(fields.immediate);
	return {
		gtid: `${found.get(fields.uuid)}:${found.get(fields.tag)}:${number(fields.number)}`,
		originalCommit: found.has(fields.original) ? number(fields.original) : immediateCommit,
		immediateCommit,
		length: number(fields.length),
	};
}

function readField(reader: VarlenReader, id: number): string | number {
	switch (id) {
		case fields.uuid:
			// Each byte is a number of variable length of its own.
			return uuidText(Buffer.from(Array.from({ length: 16 }, () => reader.number())));
		case fields.tag:
			return reader.text(reader.number());
		case fields.number:
		case fields.lastCommitted:
		case fields.sequence:
			return reader.signed();
		case fields.flags:
		case fields.immediate:
		case fields.original:
		case fields.length:
			return reader.number();
		default:
			throw new RangeError(`field ${id} is unknown`);
	}
}

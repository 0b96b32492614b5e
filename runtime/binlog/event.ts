/** The frame that each event of a binary log lies in. Numbers as in the server's `binlog_event.h`. */
import { crc32 } from "node:zlib";
import type { BinlogBytes } from "./binlogBytes.ts";
import { BinlogError } from "./binlogError.ts";

export const magic = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);

export const eventTypes = {
	stop: 3,
	rotate: 4,
	formatDescription: 15,
	heartbeat: 27,
	ignorable: 28,
	gtid: 33,
	anonymousGtid: 34,
	previousGtids: 35,
	heartbeatV2: 41,
	taggedGtid: 42,
} as const;

/** Timestamp, type, server id, size, position, flags. */
export const headerBytes = 19;
export const checksumBytes = 4;
const sizeAt = 9;
const flagsAt = 17;
/** Set while the server writes the file, and left out of the checksum: clearing it must not break it. */
const inUse = 0x1;

export interface EventFrame {
	readonly type: number;
	readonly from: number;
	/** The offset after it. */
	readonly to: number;
}

/** @returns null where the event is not there whole yet */
export function frameAt(bytes: BinlogBytes, from: number): EventFrame | null {
	if (from + headerBytes > bytes.size) return null;
	const header = bytes.read(from, headerBytes);
	const size = header.readUInt32LE(sizeAt);
	if (size < headerBytes)
		throw new BinlogError(bytes.name, from, `an event of ${size} bytes is shorter than its header`);
	const to = from + size;
	return to > bytes.size ? null : { type: header.readUInt8(4), from, to };
}

/** Large events are checked piece by piece. */
const pieceBytes = 1 << 20;

/** @throws BinlogError when the event is not what was written */
export function verifyChecksum(bytes: BinlogBytes, { from, to, type }: EventFrame): void {
	const end = to - checksumBytes;
	if (end < from + headerBytes) throw new BinlogError(bytes.name, from, "the event has no room for its checksum");
	let sum = 0;
	for (let at = from; at < end; at += pieceBytes) {
		const piece = bytes.read(at, Math.min(pieceBytes, end - at));
		sum = crc32(at === from && type === eventTypes.formatDescription ? withoutInUse(piece) : piece, sum);
	}
	const said = bytes.read(end, checksumBytes).readUInt32LE(0);
	if (sum !== said) throw new BinlogError(bytes.name, from, `the checksum of the event (type ${type}) does not fit`);
}

/** A format description as it lies in a file that was closed. */
export function withoutInUse(event: Buffer): Buffer {
	const copy = Buffer.from(event);
	copy.writeUInt16LE(copy.readUInt16LE(flagsAt) & ~inUse, flagsAt);
	return copy;
}

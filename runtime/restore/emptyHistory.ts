/** The event that a server looks for behind the format description: what the files before held. Of relay logs it does not matter. */
import { crc32 } from "node:zlib";
import { checksumBytes, eventTypes } from "../binlog/event.ts";

const headerBytes = 19;
/** Of an empty GTID set: the count of its sources. */
const bodyBytes = 8;

/**
 * PREVIOUS_GTIDS (MySQL source, libs/mysql/binlog/event/control_events.h) of nothing.
 * @param format magic number and format description of the file that it is for
 */
export function emptyHistory(format: Buffer): Buffer {
	const checksums = format.readUInt8(format.length - checksumBytes - 1) === 1;
	const event = Buffer.alloc(headerBytes + bodyBytes + (checksums ? checksumBytes : 0));
	// Time and server as in the format description.
	format.copy(event, 0, 4, 8);
	event.writeUInt8(eventTypes.previousGtids, 4);
	format.copy(event, 5, 9, 13);
	event.writeUInt32LE(event.length, 9);
	event.writeUInt32LE(format.length + event.length, 13);
	if (checksums) event.writeUInt32LE(crc32(event.subarray(0, -checksumBytes)), event.length - checksumBytes);
	return event;
}

/** What the archiver has room for. Pure. */
import { bytes, type Size, size } from "./size.ts";

const MiB = 2 ** 20;

/** `max_binlog_size` at most: the archiver gives a binary log's room back when all of it is archived. */
export const largestBinaryLog = 128 * MiB;

/**
 * Half of what may be used of it (80 %) is for segments that wait for a store; the other half must hold a whole binary
 * log and what comes behind it while that is archived.
 */
export const leastSpool = bytes(3 * largestBinaryLog);

/** Of the volume of an instance, as large as it may become. */
const spoolShare = 0.1;

/**
 * What a store that is away for a day lacks comes from the other one; while both are away, the instances keep their
 * binary logs (30 % of the volume). The spool shortens the way back, and bridges the time in which they are rebuilt.
 * @param volume of an instance, as large as it may become
 * @returns whole GiB
 */
export function defaultSpool(volume: Size): Size {
	const GiB = 2 ** 30;
	return bytes(Math.max(1, Math.ceil((volume * spoolShare) / GiB)) * GiB);
}

/** Node.js, mysqlbinlog, and a segment on its way to each store. */
export const defaultArchiverMemory = size("512Mi");

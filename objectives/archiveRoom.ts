/** What the archiver has room for. Pure. */
import { bytes, type Size } from "./size.ts";

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

/** Node.js and mysqlbinlog, idle. */
const idleMemory = 192 * MiB;
/**
 * How often a segment lies in memory while it is read, compressed, encrypted and on its way to two stores, and once more in
 * mysqlbinlog.
 */
const segmentCopies = 7;

/** Where a container has no limit, or none that is known. */
const plenty = 2 ** 40;

/** @param memory bytes of the archiver's container, 0 where it has no limit; @returns bytes of binary log that one segment may hold, and so one transaction */
export function largestSegmentWithin(memory: number): number {
	const limit = memory <= 0 ? plenty : Math.min(memory, plenty);
	return Math.max(MiB, Math.floor((limit - idleMemory) / segmentCopies));
}

/**
 * A database with more memory has larger transactions.
 * @param memory of an instance
 */
export const defaultArchiverMemory = (memory: Size): Size => bytes(Math.max(512, Math.ceil(memory / 4 / MiB)) * MiB);

import { expect, test } from "@jest/globals";
import { largestSegmentWithin } from "../../../objectives/archiveRoom.ts";
import type { Arrived } from "../../../runtime/archive/spool.ts";
import { assertRoom, fitting, TransactionTooLargeError } from "../../../runtime/archive/transactionRoom.ts";
import { a } from "./chainOf.ts";

const MiB = 2 ** 20;
const room = { largestSegment: 40 * MiB, spoolBytes: 300 * MiB };

/** Transactions of so many bytes, one after the other. */
function arrived(sizes: readonly number[], waiting: number | null = null): Arrived {
	let end = 0;
	const transactions = sizes.map((size, n) => {
		end += size;
		return { gtid: `${a}:${n + 1}`, from: end - size, to: end, originalCommit: 1, immediateCommit: 1 };
	});
	const rest = waiting === null ? null : { gtid: `${a}:99`, from: end, to: end + waiting };
	const reading = {
		format: Buffer.alloc(4),
		checksums: true,
		previous: null,
		transactions,
		end,
		waiting: rest,
		finished: false,
	};
	return { file: "binlog.000001", from: 0, reading, more: false };
}

test("a large transaction behind others waits for a segment of its own", () => {
	const both = arrived([10 * MiB, 35 * MiB]);
	const cut = fitting(both, room);
	expect(cut.reading.transactions).toEqual(both.reading.transactions.slice(0, 1));
	expect(cut).toMatchObject({ more: true, reading: { end: 10 * MiB, finished: false } });
	expect(fitting(arrived([10 * MiB, 20 * MiB]), room).reading.transactions).toHaveLength(2);
	expect(fitting(arrived([50 * MiB]), room).reading.transactions).toHaveLength(1);
});

test("one that has no room by itself is refused with what to raise, before it is read or waited for", () => {
	const alone = arrived([50 * MiB]);
	expect(() => assertRoom(alone, alone.reading.transactions, room)).toThrow(
		`the transaction ${a}:1 takes 50Mi of the binary log, and the archiver has room for 40Mi: raise backup.archiverMemory`,
	);
	// Archived already.
	expect(() => assertRoom(alone, [], room)).not.toThrow();
	expect(() => assertRoom(arrived([MiB], 299 * MiB), [], room)).not.toThrow();
	expect(() => assertRoom(arrived([MiB], 300 * MiB), [], room)).toThrow(TransactionTooLargeError);
	expect(() => assertRoom(arrived([MiB], 300 * MiB), [], room)).toThrow(/raise backup\.spool$/);
});

test("memory bounds a segment, also where there is no limit to it", () => {
	const bounds = [64, 512, 2048, 65_536].map((mib) => largestSegmentWithin(mib * MiB));
	expect(bounds).toEqual(bounds.toSorted((one, other) => one - other));
	expect(bounds[0]).toBeGreaterThan(0);
	expect(largestSegmentWithin(0)).toBeGreaterThan(bounds.at(-1) ?? 0);
	expect(Number.isFinite(largestSegmentWithin(Number.POSITIVE_INFINITY))).toBe(true);
});

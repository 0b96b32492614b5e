/** What a book and the database say together. Pure. */
import type { Book } from "./book.ts";
import { countsPerSlice, longestGaps } from "./gaps.ts";
import { type Checked, type LedgerReport, mostSlices, sliceMs } from "./messages.ts";
import { missingFrom } from "./verify.ts";

/** Milliseconds shown before and after the longest gap. */
const around = 3_000;

type Entries = Pick<Book, "ids" | "times" | "unknownIds" | "refused">;

/**
 * @param stored every id that the primary has
 * @param instances what each instance lacks
 */
export function reportOf(book: Entries, stored: ReadonlySet<number>, instances: readonly Checked[]): LedgerReport {
	const lost = missingFrom(book.ids, stored);
	const lostSet = new Set(lost);
	const lostTimes = book.times.filter((_, index) => lostSet.has(book.ids[index] ?? Number.NaN));
	const gaps = longestGaps(book.times, 8);
	return {
		type: "report",
		acknowledged: book.ids.length,
		unknown: book.unknownIds.length,
		unknownPresent: book.unknownIds.length - missingFrom(book.unknownIds, stored).length,
		refused: book.refused,
		lost: lost.length,
		lostIds: lost.slice(0, 20),
		firstLostAt: lostTimes.length === 0 ? null : lostTimes.reduce((one, other) => Math.min(one, other)),
		checked: [{ name: "mysql-primary", missing: lost.length }, ...instances],
		firstAckAt: book.times[0] ?? null,
		lastAckAt: book.times.at(-1) ?? null,
		gaps,
		series: series(book.times, gaps[0] ?? { start: book.times[0] ?? 0, end: book.times[0] ?? 0 }),
	};
}

function series(times: readonly number[], { start, end }: { start: number; end: number }): LedgerReport["series"] {
	const from = start - around;
	const to = Math.min(end + around, from + mostSlices * sliceMs);
	return { from, sliceMs, counts: countsPerSlice(times, from, to, sliceMs) };
}

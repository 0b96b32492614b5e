/** Clocks that are wrong: a backup's machine's, and a primary's that was set back. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { SegmentHeader } from "../../../runtime/archive/segment.ts";
import type { BackupEntry } from "../../../runtime/backup/entry.ts";
import { formatGtidSet, parseGtidSet, unionOf } from "../../../runtime/mysql/gtidSet.ts";
import { cutWithin, findCut } from "../../../runtime/restore/cut.ts";
import { historyOf } from "../../../runtime/restore/history.ts";
import { planRestore, type RestorePlan } from "../../../runtime/restore/planRestore.ts";
import type { RestoreTarget } from "../../../runtime/restore/target.ts";
import { backupOf, begin, type Event, events, segments, setOf, transactions } from "./archiveScene.ts";

const second = 1_000_000;
const hour = 3600 * second;
const at = (micros: number): RestoreTarget => ({ kind: "time", micros });

function planTo(
	target: RestoreTarget,
	all: readonly Event[],
	headers: readonly SegmentHeader[],
	backups: readonly BackupEntry[],
): RestorePlan {
	const history = historyOf([{ store: "store-1", headers, damaged: [], orphans: [], partly: false }]);
	for (let beyond = 0; ; ) {
		const found = findCut(history, target, beyond);
		const within = "open" in found ? all.filter(({ gtid }) => includes(found.open.header.gtids, gtid)) : [];
		const cut = "open" in found ? cutWithin(found.open, transactions(within), target) : found;
		const catalogues = [{ store: "store-1", entries: backups, damaged: [] }];
		if (cut !== null) return planRestore({ catalogues, history, target, cut });
		beyond = "open" in found ? found.open.number : beyond;
	}
}

const includes = (set: string, gtid: string) => formatGtidSet(unionOf([parseGtidSet(set), parseGtidSet(gtid)])) === set;
const applied = ({ base, segments }: RestorePlan) =>
	formatGtidSet(unionOf([parseGtidSet(base.gtidExecuted), ...segments.map(({ take }) => take)]));

describe("a restore to a time", () => {
	test("is exact whatever the clock said by which a backup was made, up to hours off", () => {
		const scene = fc.record({
			cuts: fc.array(fc.integer({ min: 1, max: 30 })),
			backups: fc.array(
				fc.record({ held: fc.integer({ min: 0, max: 30 }), skew: fc.integer({ min: -7200, max: 7200 }) }),
			),
			to: fc.integer({ min: 0, max: 29 }),
		});
		const all = events(30);
		fc.assert(
			fc.property(scene, ({ cuts, backups, to }) => {
				const made = backups.map(({ held, skew }) =>
					backupOf(setOf(all.slice(0, held)), begin + (held + skew) * second),
				);
				const base = backupOf("", begin - second);
				const found = planTo(at(all[to]?.at ?? 0), all, segments(all, cuts), [base, ...made]);
				expect(applied(found)).toBe(setOf(all.slice(0, to + 1)));
				expect(found.notes).toEqual([]);
			}),
		);
	});

	test("that only a backup's own clock shows to be after it says so", () => {
		const all = events(20);
		// The beginning of the archive was let go: nothing tells when what the backup holds was committed.
		const headers = segments(all, [10]).slice(1);
		const slow = backupOf(setOf(all.slice(0, 10)), begin - hour);
		const found = planTo(at(begin + 5 * second), all, headers, [slow]);
		expect(found.base.id).toBe(slow.id);
		expect(found.notes.join()).toMatch(/nothing that is archived is older .* clock of the machine that made it alone/);
		const fast = backupOf(setOf(all.slice(0, 10)), begin + hour);
		expect(() => planTo(at(begin + 5 * second), all, headers, [fast])).toThrow("no backup is older");
		expect(planTo(at(begin + 15 * second), all, headers, [slow]).notes).toEqual([]);
	});

	test("that a primary's clock showed twice ends at the first of the two, and says so", () => {
		const before = events(10);
		const after = events(10, before[0]?.gtid.slice(0, 36), 11, begin + 5 * second - hour);
		const all = [...before, ...after];
		const headers = segments(all, [4, 8, 12, 16]);
		const base = backupOf("", begin - 2 * hour);
		const found = planTo(at(begin + 5 * second), all, headers, [base]);
		expect(applied(found)).toBe(setOf(all.slice(0, 6)));
		expect(found.notes.join()).toMatch(/a clock was set back: .*say 2026-11-25T09:00:05.000000Z\); name a GTID/);
		// What comes after it can be had.
		const gtid = all[15]?.gtid ?? "";
		expect(applied(planTo({ kind: "gtid", gtid }, all, headers, [base]))).toBe(setOf(all.slice(0, 16)));
	});

	test("between commits of one moment that are not in order says nothing of a clock", () => {
		const all = events(10).map(({ gtid, at: time }, n) => ({ gtid, at: time + (n % 2 === 0 ? 0 : -1_300_000) }));
		const found = planTo(at(begin + 5 * second), all, segments(all, [2, 4, 6, 8]), [backupOf("", begin - 2 * second)]);
		expect(found.notes).toEqual([]);
	});
});

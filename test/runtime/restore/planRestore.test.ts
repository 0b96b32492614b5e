import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { UserError } from "../../../objectives/error.ts";
import type { SegmentHeader } from "../../../runtime/archive/segment.ts";
import type { BackupEntry } from "../../../runtime/backup/entry.ts";
import { Refusal } from "../../../runtime/exit.ts";
import { contains, formatGtidSet, parseGtidSet, unionOf } from "../../../runtime/mysql/gtidSet.ts";
import { type Cut, cutWithin, findCut } from "../../../runtime/restore/cut.ts";
import { type History, historyOf, type StoredArchive } from "../../../runtime/restore/history.ts";
import { heldByNearBackups } from "../../../runtime/restore/nearBackups.ts";
import { planRestore, type RestorePlan } from "../../../runtime/restore/planRestore.ts";
import { formatTarget, parseTarget, type RestoreTarget } from "../../../runtime/restore/target.ts";
import {
	backupOf,
	begin,
	type Event,
	events,
	header,
	orphansOf,
	second,
	segments,
	setOf,
	transactions,
} from "./archiveScene.ts";

const archive = (headers: readonly SegmentHeader[], given: Partial<StoredArchive> = {}): StoredArchive => ({
	store: "store-1",
	headers,
	damaged: [],
	orphans: [],
	partly: false,
	...given,
});

/** As whoever opens segments does it: all events, in the order of the archive, are known. */
function cutOf(history: History, target: RestoreTarget, all: readonly Event[]): Cut {
	for (let beyond = 0; ; ) {
		const found = findCut(history, target, beyond);
		if (!("open" in found)) return found;
		const held = parseGtidSet(found.open.header.gtids);
		const inIt = all.filter(({ gtid }) => held.sources.get(gtid.slice(0, 36))?.some(([a, b]) => within(gtid, a, b)));
		const cut = cutWithin(found.open, transactions(inIt), target);
		if (cut !== null) return cut;
		beyond = found.open.number;
	}
}

const within = (gtid: string, a: number, b: number) => a <= Number(gtid.slice(37)) && Number(gtid.slice(37)) <= b;

interface Scene {
	readonly all: readonly Event[];
	readonly archives: readonly StoredArchive[];
	readonly backups: readonly BackupEntry[];
}

function plan({ all, archives, backups }: Scene, target: RestoreTarget): RestorePlan {
	const history = historyOf(archives);
	const catalogues = [{ store: "store-1", entries: backups, damaged: [] }];
	return planRestore({ catalogues, history, target, cut: cutOf(history, target, all) });
}

/** What the engine would have applied. */
const applied = ({ base, segments }: RestorePlan) =>
	formatGtidSet(unionOf([parseGtidSet(base.gtidExecuted), ...segments.map(({ take }) => take)]));

const at = (seconds: number): RestoreTarget => ({ kind: "time", micros: begin + seconds * 1_000_000 });
const history20 = events(20);
const quiet: Scene = {
	all: history20,
	archives: [archive(segments(history20, [5, 10, 15]))],
	backups: [3, 8, 12].map((count) => backupOf(setOf(history20.slice(0, count)), history20[count - 1]?.at ?? 0)),
};

const caught = (work: () => unknown): Error => {
	try {
		work();
	} catch (error) {
		return error as Error;
	}
	throw new Error("nothing was thrown");
};

describe("a plan of a restore", () => {
	test("ends at exactly the history up to any transaction, from the newest backup that holds nothing beyond it", () => {
		const scene = fc.integer({ min: 1, max: 40 }).chain((size) =>
			fc.record({
				size: fc.constant(size),
				cuts: fc.array(fc.integer({ min: 1, max: size })),
				backups: fc.array(fc.integer({ min: 0, max: size })).map((more) => [0, ...more]),
				to: fc.integer({ min: 1, max: size }),
			}),
		);
		fc.assert(
			fc.property(scene, ({ size, cuts, backups, to }) => {
				const all = events(size);
				const made = backups.map((count) => backupOf(setOf(all.slice(0, count)), begin + count * 1_000_000));
				const gtid = all[to - 1]?.gtid ?? "";
				const found = plan({ all, archives: [archive(segments(all, cuts))], backups: made }, { kind: "gtid", gtid });
				expect(formatGtidSet(found.gtids)).toBe(setOf(all.slice(0, to)));
				expect(applied(found)).toBe(setOf(all.slice(0, to)));
				const newest = Math.max(...backups.filter((count) => count <= to));
				expect(found.base.gtidExecuted).toBe(setOf(all.slice(0, newest)));
			}),
		);
	});

	test("ends before the first transaction, in the history's order, that was committed after the time", () => {
		const scene = fc.record({
			steps: fc.array(fc.integer({ min: -2_000_000, max: 3_000_000 }), { minLength: 2, maxLength: 30 }),
			cuts: fc.array(fc.integer({ min: 1, max: 30 })),
			shift: fc.integer({ min: 0, max: 60_000_000 }),
		});
		fc.assert(
			fc.property(scene, ({ steps, cuts, shift }) => {
				let clock = begin;
				const all = steps.map((step, index) => {
					clock = Math.max(begin, clock + step);
					return { gtid: `${second}:${index + 1}`, at: clock };
				});
				const last = Math.max(...all.map((event) => event.at));
				const micros = begin + (shift % (last - begin + 1));
				const cut = cuts.filter((count) => count <= all.length);
				const backups = [backupOf("", begin - 1)];
				const found = plan({ all, archives: [archive(segments(all, cut))], backups }, { kind: "time", micros });
				const stop = all.findIndex((event) => event.at > micros);
				expect(applied(found)).toBe(setOf(stop === -1 ? all : all.slice(0, stop)));
			}),
		);
	});

	test("is the same from the archive since the newest backups as from all of it, or there is none", () => {
		const scene = fc.record({
			cuts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 5 }),
			backups: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 3, maxLength: 6 }),
			to: fc.integer({ min: 0, max: 39 }),
			kind: fc.constantFrom("time", "gtid", "latest"),
			// Of the clock by which a backup was finished.
			skew: fc.integer({ min: -20, max: 20 }),
		});
		let compared = 0;
		fc.assert(
			fc.property(scene, ({ cuts, backups, to, kind, skew }) => {
				const all = events(40);
				const made = [...new Set(backups)].map((count) =>
					backupOf(setOf(all.slice(0, count)), begin + (count + skew) * 1_000_000),
				);
				const { gtid = "", at: micros = 0 } = all[to] ?? {};
				const targets = { latest: { kind }, gtid: { kind, gtid }, time: { kind, micros } };
				const target = targets[kind as keyof typeof targets] as RestoreTarget;
				const whole = segments(all, cuts);
				const near = heldByNearBackups([{ store: "store-1", entries: made, damaged: [] }], target);
				if (near === null) return;
				const from = whole.findLastIndex(({ after }) => contains(near, parseGtidSet(after)));
				const planned = (headers: readonly SegmentHeader[], partly: boolean) =>
					applied(plan({ all, archives: [archive(headers, { partly })], backups: made }, target));
				let some: string | null = null;
				try {
					some = planned(whole.slice(Math.max(0, from)), true);
				} catch {
					// Then all of it is read.
				}
				if (some === null) return;
				compared += 1;
				expect(some).toBe(planned(whole, false));
			}),
		);
		expect(compared).toBeGreaterThan(0);
	});

	test("does not believe a backup's clock while what was not read could tell", () => {
		const all = events(20);
		const late = segments(all, [5, 10]).slice(2);
		const slow = backupOf(setOf(all.slice(0, 10)), begin);
		const read = { all, backups: [slow], archives: [archive(late, { partly: true })] };
		expect(caught(() => plan(read, at(1))).message).toContain("no backup is older");
	});

	test("leaves out segments that the backup holds whole", () => {
		const found = plan(quiet, at(17));
		expect(found.base.gtidExecuted).toBe(setOf(history20.slice(0, 12)));
		expect(found.segments.map(({ segment }) => segment.number)).toEqual([3, 4]);
	});

	test("never takes a backup that may hold something committed after the time", () => {
		expect(plan(quiet, at(10)).base.gtidExecuted).toBe(setOf(history20.slice(0, 8)));
	});

	test("never applies what a failover orphaned, nor begins with a backup that holds it", () => {
		const lost = events(3, history20[0]?.gtid.slice(0, 36), 11, begin + 10_000_000);
		const before = history20.slice(0, 10);
		const after = events(5, second, 1, begin + 20_000_000);
		const headers = [
			header({ number: 1, events: before, after: "" }),
			header({ number: 2, events: lost, after: setOf(before) }),
			header({ number: 3, events: after, after: setOf([...before, ...lost]), term: 2 }),
		];
		const scene: Scene = {
			all: [...before, ...lost, ...after],
			archives: [archive(headers, { orphans: [orphansOf(2, setOf(lost))] })],
			backups: [backupOf(setOf(before), begin + 10_000_000), backupOf(setOf([...before, ...lost]), begin + 14_000_000)],
		};
		const found = plan(scene, { kind: "latest" });
		expect(applied(found)).toBe(setOf([...before, ...after]));
		const refused = caught(() => plan(scene, { kind: "gtid", gtid: lost[0]?.gtid ?? "" }));
		expect(refused).toBeInstanceOf(UserError);
		expect(refused.message).toContain("never happened: term 2 began without it");
	});

	test("applies a number again that a server gave anew after its orphan was given up", () => {
		const [before, again] = [
			history20.slice(0, 10),
			events(2, history20[0]?.gtid.slice(0, 36), 11, begin + 30_000_000),
		];
		const headers = [
			header({ number: 1, events: before, after: "" }),
			header({ number: 2, events: again.slice(0, 1), after: setOf(before) }),
			header({ number: 3, events: again, after: setOf(before), term: 3 }),
		];
		const archives = [archive(headers, { orphans: [orphansOf(2, setOf(again.slice(0, 1)))] })];
		const found = plan({ all: history20, archives, backups: [backupOf(setOf(before), begin)] }, { kind: "latest" });
		expect(found.segments.map(({ segment }) => segment.number)).toEqual([3]);
		expect(applied(found)).toBe(setOf(history20.slice(0, 12)));
	});

	test("restores nothing that a primary alone held until a replica confirmed it", () => {
		const headers = segments(history20, [10]).map((h) => (h.number === 2 ? { ...h, provisional: true } : h));
		const scene = { ...quiet, archives: [archive(headers)], backups: quiet.backups.slice(0, 2) };
		expect(applied(plan(scene, { kind: "latest" }))).toBe(setOf(history20.slice(0, 10)));
		const refused = caught(() => plan(scene, { kind: "gtid", gtid: history20[15]?.gtid ?? "" }));
		expect(refused.message).toContain("no replica has confirmed");
	});

	test("refuses a target outside of the archive, and says what the range is", () => {
		const late = caught(() => plan(quiet, at(30)));
		expect(late).toBeInstanceOf(UserError);
		expect(late.message).toContain("from 2026-11-25T10:00:00.000000Z to 2026-11-25T10:00:19.000000Z");
		const early = caught(() => plan(quiet, at(1)));
		expect(early).toBeInstanceOf(UserError);
		expect(early.message).toContain("no backup is older");
		expect(caught(() => plan(quiet, { kind: "gtid", gtid: `${second}:7` })).message).toContain("is not in the archive");
	});

	test("names the segment that is damaged in every store, and what is possible before it", () => {
		const whole = segments(history20, [5, 10, 15]);
		const archives = [
			archive(
				whole.filter(({ number }) => number !== 4),
				{ damaged: [{ number: 4, reason: "truncated" }] },
			),
		];
		const refused = caught(() => plan({ ...quiet, archives }, { kind: "latest" }));
		expect(refused).toBeInstanceOf(Refusal);
		expect(refused.message).toContain("segment 4 cannot be used (store-1: truncated)");
		expect(refused.message).toContain("--to 2026-11-25T10:00:14.000000Z");
		const inside = [archive(whole.filter(({ number }) => number !== 3))];
		const refusedToo = caught(() => plan({ ...quiet, archives: inside, backups: quiet.backups.slice(0, 1) }, at(17)));
		expect(refusedToo.message).toContain("segment 3 cannot be used (it is in no store)");
	});

	test("reads a segment that is damaged in one store from the other, and says so", () => {
		const whole = segments(history20, [5, 10, 15]);
		const one = archive(
			whole.filter(({ number }) => number !== 4),
			{ damaged: [{ number: 4, reason: "truncated" }] },
		);
		const found = plan({ ...quiet, archives: [one, archive(whole, { store: "store-2" })] }, { kind: "latest" });
		expect(found.segments.find(({ segment }) => segment.number === 4)?.segment.stores).toEqual(["store-2"]);
		expect(found.notes.join()).toContain("segment 4: store-1: truncated");
	});

	test("falls back to an older backup where the newest is damaged, and says so", () => {
		const history = historyOf(quiet.archives);
		const [, , newest] = quiet.backups;
		const found = planRestore({
			catalogues: [{ store: "store-1", entries: quiet.backups, damaged: [] }],
			history,
			target: { kind: "latest" },
			cut: { through: 4, chosen: null },
			unusable: new Map([[`backup ${newest?.id}`, "restic: corrupted pack"]]),
		});
		expect(found.base.id).toBe(quiet.backups[1]?.id);
		expect(found.notes.join()).toContain("restic: corrupted pack");
		expect(applied(found)).toBe(setOf(history20));
	});

	test("does not cross a gap, unless the backup was made after it", () => {
		const headers = segments(history20, [5, 10, 15]).map((h) =>
			h.number === 3 ? { ...h, gap: { missing: "" }, gtids: setOf(history20.slice(11, 15)) } : h,
		);
		const scene = { ...quiet, archives: [archive(headers)] };
		const refused = caught(() => plan({ ...scene, backups: quiet.backups.slice(0, 2) }, at(17)));
		expect(refused.message).toContain("before segment 3 the archive has a gap");
		expect(applied(plan(scene, { kind: "latest" }))).toBe(setOf(history20));
	});
});

describe("a target", () => {
	test.each([
		["2026-11-25T10:15:00Z", "2026-11-25T10:15:00.000000Z"],
		["2026-11-25T10:15Z", "2026-11-25T10:15:00.000000Z"],
		["2026-11-25 11:15:00.25+01:00", "2026-11-25T10:15:00.250000Z"],
		["2026-11-25 11:15:00.000001 Europe/Berlin", "2026-11-25T10:15:00.000001Z"],
		["latest", "latest"],
		[`${second.toUpperCase()}:12`, `${second}:12`],
		[`${second}:tag:12`, `${second}:tag:12`],
	])("%s is %s", (text, read) => {
		expect(formatTarget(parseTarget(text))).toBe(read);
	});

	test.each([
		"yesterday",
		"2026-11-25T10:15:00",
		"2026-02-30T10:15:00Z",
		"2026-11-25T10:15:00 Mars/Base",
		"2026-03-29 02:30:00 Europe/Berlin",
		"2026-10-25 02:30:00 Europe/Berlin",
		`${second}:1-5`,
		`${second}:0`,
	])("%s is refused with the field and what to write", (text) => {
		const refused = caught(() => parseTarget(text));
		expect(refused).toBeInstanceOf(UserError);
		expect(refused.message).toMatch(/^--to: .+; .+/);
	});
});

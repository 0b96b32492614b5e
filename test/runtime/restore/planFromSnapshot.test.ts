import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Refusal } from "../../../runtime/exit.ts";
import { formatGtidSet, parseGtidSet, unionOf } from "../../../runtime/mysql/gtidSet.ts";
import { type GivenSnapshot, givenSnapshot, snapshotBase, snapshotWords } from "../../../runtime/restore/base.ts";
import { misfit } from "../../../runtime/restore/fittingBackup.ts";
import { historyOf, type StoredArchive } from "../../../runtime/restore/history.ts";
import { planDocument, planRestore, type RestoreInputs } from "../../../runtime/restore/planRestore.ts";
import { snapshotOf } from "../../../runtime/snapshot/snapshot.ts";
import { snapshotObject } from "../snapshot/snapshotObjects.ts";
import {
	backupOf,
	begin,
	type Event,
	events,
	first,
	header,
	orphansOf,
	second,
	segments,
	setOf,
} from "./archiveScene.ts";

const archive = (headers: StoredArchive["headers"], given: Partial<StoredArchive> = {}): StoredArchive => ({
	...{ store: "store-1", headers, damaged: [], orphans: [], partly: false },
	...given,
});

/** As if it had been taken when the last of these was committed. */
const snapshotAt = (held: readonly Event[], given: Partial<GivenSnapshot> = {}): GivenSnapshot => ({
	name: "mysql-snapshot-1",
	takenAt: new Date((held.at(-1)?.at ?? begin) / 1000).toISOString(),
	term: 1,
	gtidExecuted: setOf(held),
	bytes: 1_000_000,
	alone: false,
	...given,
});

interface Scene {
	readonly archives: readonly StoredArchive[];
	readonly backups: readonly ReturnType<typeof backupOf>[];
}

/** To the end of the segment of that number, or of all. */
function inputs({ archives, backups }: Scene, snapshot: GivenSnapshot, through?: number): RestoreInputs {
	const history = historyOf(archives);
	const last = history.segments.at(-1)?.number ?? 0;
	const target =
		through === undefined
			? ({ kind: "latest" } as const)
			: ({ kind: "gtid", gtid: history.segments[through - 1]?.header.gtids ?? "" } as const);
	const cut = { through: through ?? last, chosen: null };
	return { catalogues: [{ store: "store-1", entries: backups, damaged: [] }], history, target, cut, snapshot };
}

const applied = ({ base, segments: planned }: ReturnType<typeof planRestore>) =>
	formatGtidSet(unionOf([parseGtidSet(base.gtidExecuted), ...planned.map(({ take }) => take)]));

const all = events(20);
/** Of one transaction each, so that a segment's number is a place in the history. */
const oneEach = segments(
	all,
	all.map((_, n) => n + 1),
);

describe("a plan that may begin with a snapshot", () => {
	test("begins with it wherever it holds nothing beyond the target, else with the newest backup that does not", () => {
		const scene = fc.record({
			held: fc.integer({ min: 0, max: 20 }),
			backups: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 4 }),
			through: fc.integer({ min: 1, max: 20 }),
			alone: fc.boolean(),
		});
		fc.assert(
			fc.property(scene, ({ held, backups, through, alone }) => {
				const made = backups.map((count) => backupOf(setOf(all.slice(0, count)), begin + count * 1_000_000));
				const given = inputs(
					{ archives: [archive(oneEach)], backups: made },
					snapshotAt(all.slice(0, held), { alone }),
					through,
				);
				const older = backups.filter((count) => count <= through);
				const fits = held <= through;
				if (!fits && (alone || older.length === 0)) {
					expect(() => planRestore(given)).toThrow();
					return;
				}
				const plan = planRestore(given);
				expect(applied(plan)).toBe(setOf(all.slice(0, through)));
				expect(plan.base.kind).toBe(fits ? "snapshot" : "backup");
				const from = fits ? held : Math.max(...older);
				expect(plan.base.gtidExecuted).toBe(setOf(all.slice(0, from)));
				expect(plan.segments.length).toBe(through - from);
				const told = "snapshot mysql-snapshot-1 is passed over: it holds transactions beyond the target";
				expect(plan.notes.includes(told)).toBe(!fits);
			}),
		);
	});

	test("judges it as it judges a backup that holds the same and was finished a second after the snapshot was taken", () => {
		const lost = events(2, first, 11, begin + 10_000_000);
		const again = events(6, second, 1, begin + 20_000_000);
		const kept = all.slice(0, 10);
		const headers = [
			header({ number: 1, events: kept, after: "" }),
			header({ number: 2, events: lost, after: setOf(kept) }),
			header({ number: 3, events: again, after: setOf([...kept, ...lost]), term: 2 }),
		];
		const scene = fc.record({
			held: fc.subarray([...kept, ...lost, ...again]),
			term: fc.integer({ min: 1, max: 3 }),
			skew: fc.integer({ min: -30, max: 30 }),
			micros: fc.integer({ min: begin, max: begin + 26_000_000 }),
			partly: fc.boolean(),
		});
		fc.assert(
			fc.property(scene, ({ held, term, skew, micros, partly }) => {
				const history = historyOf([archive(headers, { orphans: [orphansOf(2, setOf(lost))], partly })]);
				const through = headers.filter(({ lastCommit }) => (lastCommit ?? 0) <= micros).length;
				const wanted = { history, target: { kind: "time", micros } as const, cut: { through, chosen: null } };
				const takenAt = new Date(begin / 1000 + skew * 1000).toISOString();
				const base = snapshotBase(snapshotAt(held, { term, takenAt }));
				const { finishedAt, ...facts } = backupOf(setOf(held), begin + (skew + 1) * 1_000_000, { term });
				expect(base.finishedAt).toBe(finishedAt);
				expect(misfit(base, wanted)).toBe(misfit({ ...facts, finishedAt, kind: "backup", copies: [] }, wanted));
			}),
		);
	});

	test("says which it is, and of a backup nothing", () => {
		const scene = { archives: [archive(oneEach)], backups: [backupOf(setOf(all.slice(0, 3)), begin)] };
		const plan = planDocument(planRestore(inputs(scene, snapshotAt(all.slice(0, 15)))));
		expect(plan).toMatchObject({ backup: null, segments: { count: 5, first: 16, last: 20 } });
		expect(plan.snapshot).toEqual({ name: "mysql-snapshot-1", takenBefore: "2026-11-25T10:00:15.000Z" });
		const older = planDocument(planRestore(inputs(scene, snapshotAt(all.slice(0, 15)), 10)));
		expect(older).toMatchObject({ backup: { copies: [{ store: "store-1" }] }, snapshot: null });
	});

	test("needs no archive for what the snapshot itself holds", () => {
		const plan = planRestore(inputs({ archives: [archive([])], backups: [] }, snapshotAt(all)));
		expect(applied(plan)).toBe(setOf(all));
		expect(plan.segments).toEqual([]);
	});

	test("goes on with a backup where the snapshot was tried in vain, unless it was named", () => {
		const scene = { archives: [archive(oneEach)], backups: [backupOf(setOf(all.slice(0, 3)), begin)] };
		const unusable = new Map([["snapshot mysql-snapshot-1", "it holds less"]]);
		const plan = planRestore({ ...inputs(scene, snapshotAt(all.slice(0, 15))), unusable });
		expect(plan.base.kind).toBe("backup");
		expect(plan.notes).toContain("snapshot mysql-snapshot-1 is passed over: it holds less");
		const named = { ...inputs(scene, snapshotAt(all.slice(0, 15), { alone: true })), unusable };
		expect(() => planRestore(named)).toThrow(Refusal);
		expect(() => planRestore(named)).toThrow(
			/^refused: latest: snapshot mysql-snapshot-1 is passed over: it holds less; leave out its name/,
		);
	});

	test("is told of the snapshot what its object says", () => {
		const object = snapshotObject("s-1", { gtids: `${first}:1-7`, takenAt: "2026-11-25T10:00:00Z", term: 4 });
		const snapshot = snapshotOf(object);
		expect(snapshot).not.toBeNull();
		expect(givenSnapshot(snapshotWords(snapshot as NonNullable<typeof snapshot>, true))).toEqual({
			...{ name: "s-1", takenAt: "2026-11-25T10:00:00.000Z", term: 4, bytes: 1_200_000_000, alone: true },
			gtidExecuted: `${first}:1-7`,
		});
	});
});

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { milliseconds } from "../../../objectives/duration.ts";
import { base, expired, expiredSegments, type Kept, leftovers } from "../../../runtime/backup/retention.ts";

const day = 86_400_000;
const now = new Date("2026-11-25T12:00:00.000Z");
const days = (count: number) => milliseconds(count * day);
const retention = { full: days(10), incremental: days(3), logical: days(10), archive: days(7) };
const server = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

/** Made `age` days ago; with one transaction a day, counted from 100 days ago. */
const backup = (kind: Kept["kind"], age: number, verifiedAt: string | null = null): Kept => {
	const time = new Date(now.getTime() - age * day).toISOString();
	const gtidExecuted = `${server}:1-${Math.max(1, Math.floor(100 - age))}`;
	return { id: `${time}-${kind}`, kind, startedAt: time, finishedAt: time, gtidExecuted, verifiedAt };
};

const backups = fc.uniqueArray(
	fc
		.record({
			kind: fc.constantFrom("full" as const, "incremental" as const, "logical" as const),
			age: fc.integer({ min: 0, max: 400 }).map((tenths) => tenths / 10),
			proved: fc.boolean(),
		})
		.map(({ kind, age, proved }) => backup(kind, age, proved ? now.toISOString() : null)),
	{ selector: ({ startedAt }) => startedAt, maxLength: 40 },
);

const segment = (number: number, age: number) => ({
	number,
	gtids: `${server}:${Math.max(1, 100 - age)}`,
	cutAt: new Date(now.getTime() - age * day).toISOString(),
});

describe("retention", () => {
	test("never lets go of what is younger than its kind is kept for", () => {
		fc.assert(
			fc.property(backups, (all) => {
				for (const id of expired(all, retention, now)) {
					const { kind, finishedAt } = all.find((one) => one.id === id) as Kept;
					expect(now.getTime() - Date.parse(finishedAt)).toBeGreaterThan(retention[kind]);
				}
			}),
		);
	});

	test("always keeps the newest of each kind, the newest that was proved, and the base of the archive", () => {
		fc.assert(
			fc.property(backups, (all) => {
				const gone = new Set(expired(all, retention, now));
				const newest = (some: readonly Kept[]) => some.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0];
				const spared = [
					newest(all.filter(({ kind }) => kind === "full")),
					newest(all.filter(({ kind }) => kind === "incremental")),
					newest(all.filter(({ kind }) => kind === "logical")),
					newest(all.filter(({ verifiedAt }) => verifiedAt !== null)),
					base(all, retention, now),
				];
				for (const one of spared) expect(gone.has(one?.id ?? "none")).toBe(false);
			}),
		);
	});

	test("lets go of everything else that is too old", () => {
		const all = [50, 40, 30, 9, 8, 5, 1].map((age) => backup("full", age));
		expect(expired(all, retention, now)).toEqual(all.slice(0, 3).map(({ id }) => id));
	});

	test("keeps one that is too old as long as the oldest wanted second is restored from it", () => {
		const all = [30, 20, 5, 1].map((age) => backup("full", age));
		expect(base(all, retention, now)).toBe(all[1]);
		expect(expired(all, retention, now)).toEqual([all[0]?.id]);
	});

	test("repeated a moment later lets go of nothing more", () => {
		fc.assert(
			fc.property(backups, (all) => {
				const gone = expired(all, retention, now);
				const left = all.filter(({ id }) => !gone.includes(id));
				expect(expired(left, retention, now)).toEqual([]);
			}),
		);
	});

	test("of entries without a snapshot tells those that it let go before from those that were lost", () => {
		fc.assert(
			fc.property(backups, fc.integer({ min: 1, max: 100 }), (all, later) => {
				// What is let go in the course of days, with all entries staying.
				let there = all;
				for (let ago = later; ago >= 0; ago--) {
					const then = new Date(now.getTime() - ago * day);
					const made = there.filter(({ startedAt }) => Date.parse(startedAt) <= then.getTime());
					const gone = expired(made, retention, then);
					there = there.filter(({ id }) => !gone.includes(id));
				}
				const alive = new Set(there.map(({ id }) => id));
				const gone = all.filter(({ id }) => !alive.has(id)).map(({ id }) => id);
				expect(leftovers(all, (id) => alive.has(id), retention, now)).toEqual(gone);
			}),
		);
		const all = [backup("full", 30), backup("full", 20), backup("incremental", 6), backup("full", 1)];
		const without = (...ages: readonly number[]) =>
			leftovers(all, (id) => !ages.some((age) => all.some((one) => one.id === id && one === all[age])), retention, now);
		expect(without(0)).toEqual([all[0]?.id]);
		// What the archive is replayed from, and the newest of its kind, were not let go: they are lost.
		expect(without(1)).toEqual([]);
		expect(without(2)).toEqual([]);
		expect(without(3)).toEqual([]);
	});

	test("of the archive keeps every second of it that is wanted restorable from a backup that is kept", () => {
		fc.assert(
			fc.property(backups, (all) => {
				const headers = Array.from({ length: 60 }, (_, n) => segment(n + 1, 60 - n));
				const gone = expiredSegments(headers, all, retention, now);
				expect(gone).toEqual(headers.slice(0, gone.length).map(({ number }) => number));
				const begin = base(all, retention, now);
				for (const { gtids, cutAt } of headers.slice(0, gone.length)) {
					expect(now.getTime() - Date.parse(cutAt)).toBeGreaterThan(retention.archive);
					const [, last] = /1-(\d+)$/.exec(begin?.gtidExecuted ?? "") ?? [];
					expect(Number(gtids.split(":")[1])).toBeLessThanOrEqual(Number(last));
				}
			}),
		);
	});

	test("of the archive lets a beginning go that no restore needs", () => {
		const headers = Array.from({ length: 30 }, (_, n) => segment(n + 1, 30 - n));
		const all = [backup("full", 20), backup("full", 8), backup("full", 1)];
		expect(expiredSegments(headers, all, retention, now)).toEqual(Array.from({ length: 22 }, (_, n) => n + 1));
	});

	test("of the archive keeps all of it while there is no backup", () => {
		expect(expiredSegments([segment(1, 99)], [backup("logical", 1)], retention, now)).toEqual([]);
	});
});

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
	type CopyRates,
	type Nearness,
	nearestCopy,
	type SourceSnapshot,
} from "../../../runtime/failover/nearestCopy.ts";
import { contains, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { gtids, otherUuid, primaryReading, record, uuid } from "./scene.ts";

const wall = Date.parse("2026-01-02T00:00:00Z");
const hour = 3_600_000;
const rates: CopyRates = { cloneBytes: 100e6, replay: 4, volumeMs: 300_000 };

function snapshot(hoursAgo: number, change: Partial<SourceSnapshot> = {}): SourceSnapshot {
	const takenAt = new Date(wall - hoursAgo * hour).toISOString();
	return {
		name: `taken-${hoursAgo}-hours-ago`,
		takenAt,
		instance: "mysql-2",
		server: uuid(2),
		term: 3,
		gtidExecuted: parseGtidSet(gtids(0, 90)),
		version: "9.7.4",
		// Four hours by CLONE.
		bytes: 4 * 3600 * 100e6,
		ready: true,
		verifiedAt: takenAt,
		fault: null,
		content: null,
		volumeBytes: 0,
		...change,
	};
}

const nearest = (snapshots: readonly SourceSnapshot[], change: Partial<Nearness> = {}) =>
	nearestCopy({ record: record(), primary: primaryReading(), snapshots, wall, rates, ...change }).snapshot?.name ??
	null;

describe("a new volume is made of a snapshot", () => {
	test("when catching up from it is sooner than CLONE by more than the storage may take", () => {
		expect(nearest([snapshot(6)])).toBe("taken-6-hours-ago");
		// 4 h by CLONE, 3 h 55 min and 3 h 50 min of catching up.
		expect(nearest([snapshot(4 * (4 - 5 / 60))])).toBeNull();
		expect(nearest([snapshot(4 * (4 - 10 / 60))])).not.toBeNull();
	});

	test("which is the newest of those that fit", () => {
		const foreign = parseGtidSet(`${gtids(0, 90)},${otherUuid}:1`);
		expect(nearest([snapshot(8), snapshot(2), snapshot(1, { gtidExecuted: foreign })])).toBe("taken-2-hours-ago");
	});

	test("never when the database is small", () => {
		expect(nearest([snapshot(0, { bytes: 299 * 100e6 })])).toBeNull();
	});

	test("and none is where there is none", () => {
		expect(nearestCopy({ record: record(), primary: primaryReading(), snapshots: [], wall, rates })).toEqual({
			snapshot: null,
			why: "there is no snapshot that can be used",
		});
	});
});

describe("a snapshot does not fit", () => {
	test("when the primary no longer has the logs that lead on from it", () => {
		const purged = primaryReading({ purged: gtids(0, 91) });
		expect(nearest([snapshot(1)], { primary: purged })).toBeNull();
		expect(nearest([snapshot(1)], { primary: primaryReading({ purged: gtids(0, 90) }) })).not.toBeNull();
	});

	test("when it holds what the primary does not", () => {
		expect(nearest([snapshot(1, { gtidExecuted: parseGtidSet(gtids(0, 101)) })])).toBeNull();
	});

	test("when it is of another version, or its server's pages were found to be damaged", () => {
		expect(nearest([snapshot(1, { version: "8.4.6" })])).toBeNull();
		const damaged = { "mysql-2": { uuid: uuid(2), at: "2026-01-01T00:00:00.000Z", reason: "page 7" } };
		expect(nearest([snapshot(1)], { record: record({ damaged }) })).toBeNull();
	});
});

test("whatever there is: it leads on to the primary, and is sooner than CLONE by more than the storage may take", () => {
	const any = fc.record({
		hours: fc.double({ min: -1, max: 100, noNaN: true }),
		last: fc.integer({ min: 1, max: 120 }),
		bytes: fc.double({ min: 0, max: 1e14, noNaN: true }),
		version: fc.constantFrom("9.7.4", "8.4.6"),
	});
	const sets = { executed: gtids(0, 100), purged: gtids(0, 50) };
	fc.assert(
		fc.property(fc.array(any, { maxLength: 5 }), (drawn) => {
			const snapshots = drawn.map(({ hours, last, bytes, version }) =>
				snapshot(hours, { bytes, version, gtidExecuted: parseGtidSet(gtids(0, last)) }),
			);
			const primary = primaryReading(sets);
			const { snapshot: found } = nearestCopy({ record: record(), primary, snapshots, wall, rates });
			if (found === null) return;
			expect(contains(primary.executed, found.gtidExecuted) && contains(found.gtidExecuted, primary.purged)).toBe(true);
			const age = (wall - Date.parse(found.takenAt ?? "")) / 1000;
			expect(found.bytes / rates.cloneBytes - Math.max(0, age) / rates.replay).toBeGreaterThan(rates.volumeMs / 1000);
		}),
	);
});

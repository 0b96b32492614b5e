import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Course, follow, trend } from "../../../runtime/failover/trend.ts";
import type { Reading } from "../../../runtime/mysql/reading.ts";
import { gtids, otherUuid, primaryReading } from "./scene.ts";

/** What readings a second apart show at the end. */
const shown = (...readings: readonly (Reading | null)[]) => shownLate(0, ...readings);

/** The same where each answer takes a while. */
function shownLate(lateMs: number, ...readings: readonly (Reading | null)[]) {
	let course: Course | null = null;
	let unbroken = true;
	for (const [n, reading] of readings.entries()) {
		if (reading !== null) course = follow(course, reading, { asked: n * 1000, answered: n * 1000 + lateMs }, unbroken);
		unbroken = reading !== null;
	}
	return trend(course as Course);
}

const at = (last: number, change: Partial<Reading> = {}) => primaryReading({ executed: gtids(0, last) }, change);
const committing = { committing: 3 };
const waiting = { waitingCommits: 1 };

describe("commits are stuck", () => {
	test("since they were first seen to wait, while none finishes", () => {
		expect(shown(at(9), at(9, committing), at(9, committing), at(9, committing)).stuckMs).toBe(2000);
		expect(
			shown(at(9, waiting), at(9, { ...waiting, binlogBytes: 7 }), at(9, { ...committing, binlogBytes: 7 })).stuckMs,
		).toBe(2000);
	});

	test("not for the time that the answers took: a commit may have finished in it", () => {
		expect(shownLate(400, at(8, committing), at(9, committing), at(9, committing), at(9, committing)).stuckMs).toBe(
			1600,
		);
	});

	test("not where others finish meanwhile, however many wait at each look", () => {
		expect(shown(at(1, committing), at(2, committing), at(3, committing)).stuckMs).toBe(0);
	});

	test("not while a large one is being written", () => {
		const written = (binlogBytes: number) => at(9, { ...committing, binlogBytes });
		expect(shown(written(1), written(2), written(3)).stuckMs).toBe(0);
		expect(shown(written(1), written(2), written(2), written(2)).stuckMs).toBe(2000);
	});

	test("through a probe without an answer, but not through a restart", () => {
		expect(shown(at(9, committing), null, at(9, committing)).stuckMs).toBe(2000);
		expect(shown(at(9, committing), null, at(9, { ...committing, uptimeSeconds: 1 })).stuckMs).toBe(0);
		expect(shown(at(9, committing), at(9, { ...committing, uuid: otherUuid })).stuckMs).toBe(0);
	});

	test("never for longer than they were looked at", () => {
		const readings = fc.array(fc.record({ last: fc.nat(2), committing: fc.nat(1), waitingCommits: fc.nat(1) }), {
			minLength: 1,
		});
		fc.assert(
			fc.property(readings, (drawn) => {
				const { stuckMs } = shown(...drawn.map(({ last, ...change }) => at(last + 1, change)));
				const newest = drawn.at(-1);
				const same = drawn.length - 1 - drawn.findLastIndex((r) => r.last !== newest?.last);
				const idle = newest?.committing === 0 && newest.waitingCommits === 0;
				expect(stuckMs).toBeLessThanOrEqual(idle ? 0 : (same - 1) * 1000);
			}),
		);
	});
});

test("an instance answers since its last silence", () => {
	expect(shown(at(1), null, at(2), at(3)).answersMs).toBe(1000);
});

describe("an applier is broken", () => {
	const stopped = { applier: { running: false, error: "no", errno: 1062 } };
	const started = { applier: { running: true, error: "", errno: 0 } };
	const replica = (last: number, change: Partial<Reading>) =>
		primaryReading({ executed: gtids(0, last), retrieved: gtids(0, 20) }, change);

	test("since it was first seen to stop, started again in between or not", () => {
		expect(shown(replica(9, started), replica(9, stopped), replica(9, stopped)).brokenMs).toBe(1000);
		expect(shown(replica(9, stopped), replica(9, started), replica(9, stopped)).brokenMs).toBe(2000);
	});

	test("not where it gets on between the stops", () => {
		expect(shown(replica(8, stopped), replica(9, stopped), replica(10, stopped)).brokenMs).toBe(0);
	});

	test("not once it runs and has nothing left to do, after a restart, or where it was told to stop", () => {
		expect(shown(replica(20, stopped), replica(20, started)).brokenMs).toBe(0);
		expect(shown(replica(9, stopped), replica(9, { ...stopped, uptimeSeconds: 1 })).brokenMs).toBe(0);
		const told = { applier: { running: false, error: "", errno: 0 } };
		expect(shown(replica(9, told), replica(9, told)).brokenMs).toBe(0);
	});
});

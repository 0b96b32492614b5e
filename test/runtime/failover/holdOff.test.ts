import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { HoldOff, remaining } from "../../../runtime/failover/holdOff.ts";
import { record } from "./scene.ts";

const holdOffMs = 60_000;
const began = Date.parse(record().since);
const hour = 3_600_000;

describe("the hold-off", () => {
	test("lasts its whole time in the eyes of the leader that changed the primary, whatever the wall clock does", () => {
		for (const wall of [began, began - hour, began + hour]) {
			const holdOff = new HoldOff(holdOffMs);
			holdOff.remaining(record({ term: 2 }), { now: 0, wall });
			expect(holdOff.remaining(record(), { now: 1000, wall })).toBe(holdOffMs);
			expect(holdOff.remaining(record(), { now: 1000 + holdOffMs, wall })).toBe(0);
		}
	});

	test("is over for a leader that finds an old term", () => {
		expect(new HoldOff(holdOffMs).remaining(record(), { now: 0, wall: began + hour })).toBe(0);
	});

	test("goes on for a leader that finds a new one", () => {
		expect(new HoldOff(holdOffMs).remaining(record(), { now: 0, wall: began + 20_000 })).toBe(40_000);
	});

	test("is never longer than its time since the term was first seen", () => {
		const clocks = fc.record({ at: fc.nat(hour), passed: fc.nat(hour), wall: fc.integer() });
		fc.assert(
			fc.property(clocks, fc.boolean(), ({ at, passed, wall }, begun) => {
				const left = remaining(record(), { term: 3, at, begun }, { now: at + passed, wall }, holdOffMs);
				expect(left).toBeGreaterThanOrEqual(0);
				expect(left).toBeLessThanOrEqual(Math.max(0, holdOffMs - passed));
			}),
		);
	});

	test("does not follow a bootstrap, which replaced nobody", () => {
		expect(new HoldOff(holdOffMs).remaining(record({ term: 1 }), { now: 0, wall: began })).toBe(0);
	});

	test("follows a change that was undone, for a while", () => {
		const holdOff = new HoldOff(holdOffMs);
		holdOff.failed(5000);
		const wall = began + hour;
		expect(holdOff.remaining(record(), { now: 5000, wall })).toBeGreaterThan(0);
		expect(holdOff.remaining(record(), { now: 5000 + holdOffMs, wall })).toBe(0);
	});
});

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { judge } from "../../../runtime/drill/judgement.ts";
import { change, failureAt, forecast, ledger, measurements } from "./scene.ts";

describe("a drill", () => {
	test("is held with its downtime, when writes were back in time and none is lost", () => {
		expect(judge(measurements(), forecast())).toEqual({
			measured: { rtoSeconds: 2, rpoSeconds: 0 },
			writeDowntimeSeconds: 2,
			timeline: [
				{ atSeconds: -0.01, step: "last write acknowledged" },
				{ atSeconds: 0, step: "mysqld of mysql-0 killed" },
				{ atSeconds: 1.2, step: "receivers stopped" },
				{ atSeconds: 1.7, step: "mysql-1 promoted" },
				{ atSeconds: 1.99, step: "first write acknowledged again" },
				{ atSeconds: 7, step: "mysql-0 allowed to start again" },
				{ atSeconds: 12.5, step: "protected again" },
			],
			acknowledged: 4000,
			lost: 0,
			verdict: "held",
			reasons: [],
		});
	});

	test("of a volume counts until the lost copy is whole again, and shows how it came to that", () => {
		const copy = { recovered: "copy", caused: "all gone" } as const;
		const told = [{ at: failureAt + 9_000, step: "mysql-0 gets a new volume" }];
		const seen = measurements({ ...copy, told, releasedAt: null });
		const judged = judge(seen, forecast("30m"));
		expect(judged).toMatchObject({ measured: { rtoSeconds: 12.5 }, writeDowntimeSeconds: 2, verdict: "held" });
		expect(judged.timeline.map(({ step }) => step).slice(-2)).toEqual(["mysql-0 gets a new volume", "protected again"]);
		expect(judge(seen, forecast("10s")).reasons).toEqual([
			"writes and the lost copy were back after 12.5 s, more than 10 s",
		]);
		const never = judge(measurements({ ...copy, protectedAt: null }), forecast("30m"));
		expect(never).toMatchObject({ measured: { rtoSeconds: 21 }, verdict: "broken" });
	});

	test.each([
		[
			"one acknowledged write is lost",
			measurements({ ledger: ledger({ lost: 1, firstLostAt: failureAt - 300 }) }),
			"5m",
			["1 acknowledged writes are lost"],
		],
		["writes were down for too long", measurements(), "1s", ["writes were down for 2 s, more than 1 s"]],
		["it is not protected again", measurements({ protectedAt: null }), "5m", ["the database was not protected again"]],
		["the watchdog did nothing", measurements({ change: null }), "5m", ["no failover was recorded"]],
		[
			"a replica lacks a write",
			measurements({
				ledger: ledger({
					checked: [
						{ name: "mysql-primary", missing: 0 },
						{ name: "mysql-2", missing: 4 },
					],
				}),
			}),
			"5m",
			["mysql-2 lacks 4 writes"],
		],
		[
			"a replica cannot be checked",
			measurements({
				ledger: ledger({
					checked: [
						{ name: "mysql-primary", missing: 0 },
						{ name: "mysql-2", missing: null, error: "gone" },
					],
				}),
			}),
			"5m",
			["mysql-2 could not be checked (gone)"],
		],
	])("is broken when %s", (_title, seen, rto, reasons) => {
		expect(judge(seen, forecast(rto))).toMatchObject({ verdict: "broken", reasons });
	});

	test("counts a primary that never came back up to the end of measuring", () => {
		const seen = measurements({ change: null, ledger: ledger({ lastAckAt: failureAt - 10, gaps: [] }) });
		const { measured, verdict, timeline } = judge(seen, forecast("10s"));
		expect(measured.rtoSeconds).toBe(21.01);
		expect(verdict).toBe("broken");
		expect(timeline.map(({ step }) => step)).not.toContain("first write acknowledged again");
	});

	test("without the ledger's report proves nothing", () => {
		expect(judge(measurements({ ledger: null }), forecast())).toMatchObject({ verdict: "aborted", lost: 0 });
	});

	test("that lost a write is never held where nothing may be lost", () => {
		fc.assert(
			fc.property(fc.nat(1000), fc.integer({ min: 1, max: 50 }), (before, lost) => {
				const seen = measurements({ ledger: ledger({ lost, firstLostAt: failureAt - before }) });
				expect(judge(seen, forecast()).verdict).toBe("broken");
			}),
		);
	});

	test("is held exactly when its downtime is within the objective, all else being well", () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 20_000 }), (down, rto) => {
				const gaps = [{ start: failureAt, end: failureAt + down }];
				const { verdict } = judge(measurements({ ledger: ledger({ gaps }) }), forecast(`${rto}ms`));
				expect(verdict).toBe(down <= rto ? "held" : "broken");
			}),
		);
	});
});

test("a change that is not finished yet has its steps shown all the same", () => {
	const seen = measurements({ change: change({ finishedAt: null }) });
	expect(judge(seen, forecast()).timeline.map(({ step }) => step)).toContain("mysql-1 promoted");
});

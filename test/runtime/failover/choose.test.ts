import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { choose, surplus } from "../../../runtime/failover/choose.ts";
import { contains, isEmpty, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { held } from "../../../runtime/mysql/reading.ts";
import { gtids, members, primaryReading, record, replicaReading, uuid } from "./scene.ts";

const seen = (n: number, sets: { executed?: string; retrieved?: string }) => ({
	name: `mysql-${n}`,
	zone: null,
	reading: n === 0 ? primaryReading(sets) : replicaReading(n, sets),
});

describe("choosing a primary", () => {
	test("takes the replica that holds most, applied or not", () => {
		const choice = choose(record(), members, [
			seen(1, { executed: gtids(0, 100) }),
			seen(2, { executed: gtids(0, 90), retrieved: `${uuid(0)}:91-101` }),
		]);
		expect(choice).toMatchObject({ chosen: "mysql-2" });
	});

	test("prefers, among equals, the one with less left to apply", () => {
		const choice = choose(record(), members, [
			seen(1, { executed: gtids(0, 90), retrieved: `${uuid(0)}:91-100` }),
			seen(2, { executed: gtids(0, 100) }),
		]);
		expect(choice).toMatchObject({ chosen: "mysql-2" });
	});

	test("never takes an errant replica, even with more transactions", () => {
		const choice = choose(record(), members, [
			seen(1, { executed: `${gtids(0, 100)},${gtids(1, 50)}` }),
			seen(2, { executed: gtids(0, 100) }),
		]);
		expect(choice).toMatchObject({ chosen: "mysql-2" });
	});

	test("refuses when only the errant replica holds an acknowledged write", () => {
		const choice = choose(record(), members, [
			seen(1, { executed: `${gtids(0, 101)},${gtids(1, 1)}` }),
			seen(2, { executed: gtids(0, 100) }),
		]);
		expect(choice).toMatchObject({ refused: "divergent" });
	});

	test("loses no acknowledged write, whoever can be read", () => {
		const last = fc.integer({ min: 0, max: 20 });
		fc.assert(
			fc.property(last, last, fc.subarray([0, 1, 2]), (one, two, up) => {
				// Acknowledged is what the primary has and at least one replica received.
				const acknowledged = Math.max(one, two);
				const last = [Math.max(one, two) + 1, one, two];
				const sets = up.map((n) => seen(n, { executed: last[n] ? gtids(0, last[n]) : "" }));
				const choice = choose(record(), members, sets);
				if ("refused" in choice) {
					expect(up.includes(0) || up.length === 2).toBe(false);
					return;
				}
				const chosen = sets.find((s) => s.name === choice.chosen);
				const must = parseGtidSet(acknowledged === 0 ? "" : gtids(0, acknowledged));
				expect(chosen !== undefined && contains(held(chosen.reading), must)).toBe(true);
			}),
		);
	});
});

describe("the surplus of an instance", () => {
	test("is what it has beyond the term's start and the primary's own", () => {
		const rec = record({ gtidAtPromotion: gtids(2, 10) });
		const reading = replicaReading(1, { executed: `${gtids(2, 12)},${gtids(0, 999)},${uuid(1)}:1` });
		expect(surplus(rec, reading)).toEqual(parseGtidSet(`${uuid(2)}:11-12,${uuid(1)}:1`));
	});

	test("is nothing for a replica that merely lags", () => {
		const rec = record({ gtidAtPromotion: gtids(2, 10) });
		expect(isEmpty(surplus(rec, replicaReading(1, { executed: gtids(2, 4) })))).toBe(true);
	});
});

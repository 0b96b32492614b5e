import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decidePurge, type PurgeCase } from "../../../runtime/archive/purge.ts";
import {
	contains,
	emptySet,
	formatGtidSet,
	type GtidSet,
	isEmpty,
	parseGtidSet,
	subtract,
	union,
} from "../../../runtime/mysql/gtidSet.ts";
import { a } from "./chainOf.ts";

const upTo = (number: number): GtidSet => (number === 0 ? emptySet : parseGtidSet(`${a}:1-${number}`));
const MiB = 2 ** 20;
const hour = 3_600_000;

/** Five files of 100 MiB with ten transactions each; the last is being written. */
const logs = [1, 2, 3, 4, 5].map((n) => ({
	name: `binlog.00000${n}`,
	bytes: 100 * MiB,
	through: upTo(10 * n),
	ageMs: (6 - n) * 24 * hour,
}));

const given: PurgeCase = {
	logs,
	archived: upTo(50),
	others: [upTo(50), upTo(50)],
	wanted: (set) => set,
	bound: 2000 * MiB,
	marginMs: 48 * hour,
};

describe("a binary log goes", () => {
	test("when it is archived, needed by nobody, and older than the margin", () => {
		expect(decidePurge(given)).toEqual({ to: "binlog.000005", sacrificed: emptySet, tight: false });
		expect(decidePurge({ ...given, marginMs: 72 * hour }).to).toBe("binlog.000004");
	});

	test("not before every store has all of it", () => {
		expect(decidePurge({ ...given, archived: upTo(19) }).to).toBe("binlog.000002");
		expect(decidePurge({ ...given, archived: emptySet }).to).toBeNull();
	});

	test("not while an instance lacks it, or cannot be asked", () => {
		expect(decidePurge({ ...given, others: [upTo(50), upTo(25)] }).to).toBe("binlog.000003");
		expect(decidePurge({ ...given, others: [upTo(50), null] }).to).toBeNull();
	});

	test("before the margin is over when room gets short, as far as it must", () => {
		const young = logs.map((log) => ({ ...log, ageMs: 0 }));
		expect(decidePurge({ ...given, logs: young, bound: 1000 * MiB }).to).toBeNull();
		expect(decidePurge({ ...given, logs: young, bound: 700 * MiB }).to).toBe("binlog.000003");
	});

	test("although it is not archived only above the bound, the oldest first, and told before and then", () => {
		const away = { ...given, archived: upTo(5) };
		expect(decidePurge({ ...away, bound: 700 * MiB })).toEqual({ to: null, sacrificed: emptySet, tight: false });
		expect(decidePurge({ ...away, bound: 600 * MiB })).toEqual({ to: null, sacrificed: emptySet, tight: true });
		const { to, sacrificed, tight } = decidePurge({ ...away, bound: 450 * MiB });
		expect({ to, tight }).toEqual({ to: "binlog.000002", tight: true });
		expect(formatGtidSet(sacrificed)).toBe(`${a}:6-10`);
	});

	test("for no reason that would let go the file that is written, or one out of turn", () => {
		const random = fc.record({
			archived: fc.nat(50).map(upTo),
			others: fc.array(fc.option(fc.nat(50).map(upTo)), { maxLength: 2 }),
			bound: fc.option(fc.integer({ min: 1, max: 700 }).map((n) => n * MiB)),
			marginMs: fc.integer({ min: 0, max: 200 }).map((n) => n * hour),
		});
		fc.assert(
			fc.property(random, (some) => {
				const { to, sacrificed } = decidePurge({ ...given, ...some });
				const at = Math.max(
					0,
					logs.findIndex(({ name }) => name === to),
				);
				expect(to).toBe(at === 0 ? null : logs[at]?.name);
				const gone = logs.slice(0, at);
				// What is lost is told, all of it.
				expect(contains(sacrificed, subtract(union(...gone.map(({ through }) => through)), some.archived))).toBe(true);
				const left = logs.slice(at).reduce((sum, { bytes }) => sum + bytes, 0);
				const before = left + (gone.at(-1)?.bytes ?? 0);
				const bound = some.bound ?? Number.POSITIVE_INFINITY;
				expect(isEmpty(sacrificed) || before > bound).toBe(true);
				// Nothing can keep it above the bound but the file that is written.
				expect(left <= bound || at === logs.length - 1).toBe(true);
			}),
		);
	});
});

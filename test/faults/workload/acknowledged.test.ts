import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Acknowledged, downtime, outOfTerm, parseAcknowledged, reigns } from "./acknowledged.ts";

const entry = (id: number, at: number, instance = "mysql-0"): Acknowledged => ({ id, at, instance });

describe("a ledger of what clients were told", () => {
	test("is read as the clients wrote it", () => {
		expect(parseAcknowledged("1,1000.5,mysql-0\n2,1001.0,mysql-1\n")).toEqual([
			entry(1, 1000.5),
			entry(2, 1001, "mysql-1"),
		]);
	});

	test("names who acknowledged in the order of time, not of the file", () => {
		const entries = [entry(3, 30, "mysql-1"), entry(1, 10), entry(2, 20), entry(4, 40)];
		expect(reigns(entries)).toEqual(["mysql-0", "mysql-1", "mysql-0"]);
	});
});

describe("acknowledgements are out of term when", () => {
	const broken = (acknowledging: string[], primaries: string[]) => outOfTerm(acknowledging, primaries).length > 0;

	test("somebody acknowledged who was never primary", () => {
		expect(broken(["mysql-0", "mysql-2"], ["mysql-0", "mysql-1"])).toBe(true);
	});

	test("the old primary acknowledged after its successor", () => {
		expect(broken(["mysql-0", "mysql-1", "mysql-0"], ["mysql-0", "mysql-1"])).toBe(true);
	});

	test("the successor acknowledged before its predecessor was done", () => {
		expect(broken(["mysql-1", "mysql-0"], ["mysql-0", "mysql-1"])).toBe(true);
	});

	test("two interleaved", () => {
		const interleaved = Array.from({ length: 6 }, (_, n) => entry(n, n, `mysql-${n % 2}`));
		expect(broken(reigns(interleaved), ["mysql-0", "mysql-1"])).toBe(true);
	});
});

describe("acknowledgements are in term when", () => {
	test.each([
		["each primary's follow each other", ["mysql-0", "mysql-1"], ["mysql-0", "mysql-1"]],
		["a term saw no write", ["mysql-0", "mysql-2"], ["mysql-0", "mysql-1", "mysql-2"]],
		["a primary was primary again later", ["mysql-0", "mysql-1", "mysql-0"], ["mysql-0", "mysql-1", "mysql-0"]],
		["nobody wrote", [], ["mysql-0"]],
	])("%s", (_, acknowledging, primaries) => {
		expect(outOfTerm(acknowledging, primaries)).toEqual([]);
	});
});

test("acknowledgements are in term exactly when each can be given a term that does not come before the last one's", () => {
	const names = fc.array(fc.constantFrom("mysql-0", "mysql-1", "mysql-2"), { maxLength: 6 });
	const possible = ([first, ...rest]: readonly string[], primaries: readonly string[]): boolean =>
		first === undefined || primaries.some((name, n) => name === first && possible(rest, primaries.slice(n)));
	fc.assert(
		fc.property(names, names, (acknowledging, primaries) => {
			expect(outOfTerm(acknowledging, primaries).length === 0).toBe(possible(acknowledging, primaries));
		}),
	);
});

describe("the downtime", () => {
	const before = [entry(1, 0), entry(2, 100)];

	test("is the longest gap that was not over at the fault", () => {
		expect(downtime([...before, entry(3, 4100), entry(4, 4200)], 150)).toBe(4);
	});

	test("does not count a longer gap that ended well before the fault", () => {
		expect(downtime([entry(0, -9000), ...before, entry(3, 1200), entry(4, 1300)], 900)).toBe(1.1);
	});

	test("is not known when nothing was acknowledged after the fault", () => {
		expect(downtime(before, 150)).toBeNull();
	});
});

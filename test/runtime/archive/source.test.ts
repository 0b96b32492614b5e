/** Whom the archive is read from, where it begins there, and what of it is taken. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { beginningFor } from "../../../runtime/archive/binaryLogs.ts";
import { chooseSource, type Situation } from "../../../runtime/archive/chooseSource.ts";
import type { Look } from "../../../runtime/archive/look.ts";
import { orphansOf, type Reign, sift, wantedOf } from "../../../runtime/archive/wanted.ts";
import {
	contains,
	emptySet,
	equals,
	formatGtidSet,
	isEmpty,
	parseGtidSet,
	subtract,
	union,
} from "../../../runtime/mysql/gtidSet.ts";
import { a, b } from "./chainOf.ts";

const c = "cccccccc-0000-0000-0000-000000000003";
const reign: Reign = {
	term: 2,
	primary: "mysql-0",
	uuids: { "mysql-0": a, "mysql-1": b, "mysql-2": c },
	gtidAtPromotion: `${a}:1-10,${b}:1-5`,
};

const look = (n: 0 | 1 | 2, executed = `${a}:1-20,${b}:1-5`, more: Partial<Look> = {}): Look => ({
	name: `mysql-${n}`,
	target: { name: `mysql-${n}`, address: "127.0.0.1", port: 1, identity: "" },
	uuid: [a, b, c][n] as string,
	executed: parseGtidSet(executed),
	purged: emptySet,
	replicating: n !== 0,
	...more,
});

const situation = (looks: readonly Look[], more: Partial<Situation> = {}): Situation => ({
	...{ reign, looks, position: parseGtidSet(`${a}:1-10,${b}:1-5`), empty: false, current: null, avoid: null },
	...more,
});

describe("the source", () => {
	const chosen = (given: Situation) => chooseSource(given)?.look.name ?? null;

	test("is a replica while one can be read, the one that has most", () => {
		expect(chosen(situation([look(0), look(1, `${a}:1-15,${b}:1-5`), look(2)]))).toBe("mysql-2");
		expect(chosen(situation([look(0, `${a}:1-99,${b}:1-5`), look(1)]))).toBe("mysql-1");
	});

	test("stays the same while it will do", () => {
		const looks = [look(0), look(1, `${a}:1-15,${b}:1-5`), look(2)];
		expect(chosen(situation(looks, { current: "mysql-1" }))).toBe("mysql-1");
		expect(chosen(situation(looks, { current: "mysql-1", avoid: "mysql-1" }))).toBe("mysql-2");
		expect(chosen(situation([look(0), look(1)], { current: "mysql-1", avoid: "mysql-1" }))).toBe("mysql-1");
	});

	test("is nobody whose data the record does not know", () => {
		expect(chosen(situation([look(1, undefined, { uuid: c })]))).toBeNull();
		expect(chosen(situation([]))).toBeNull();
	});

	test("is the primary, provisionally, when no replica can be read", () => {
		expect(chooseSource(situation([look(0)]))).toMatchObject({ role: "primary", provisional: true, confirmed: null });
	});

	test("is the primary when replicas purged what is needed: only what they have is then taken", () => {
		const purged = parseGtidSet(`${a}:1-12,${b}:1-5`);
		const source = chooseSource(situation([look(0), look(1, undefined, { purged }), look(2, `${a}:1-19`, { purged })]));
		expect(source).toMatchObject({ look: { name: "mysql-0" }, role: "primary", provisional: false, missing: emptySet });
		expect(formatGtidSet(source?.confirmed ?? emptySet)).toBe(`${a}:1-20,${b}:1-5`);
	});

	test("is the one that lacks least when all have purged what is needed", () => {
		const looks = [0, 1, 2].map((n) =>
			look(n as 0 | 1 | 2, undefined, { purged: parseGtidSet(`${a}:1-${20 - n},${b}:1-5`) }),
		);
		const source = chooseSource(situation(looks));
		expect(source?.look.name).toBe("mysql-2");
		expect(formatGtidSet(source?.missing ?? emptySet)).toBe(`${a}:11-18`);
	});

	test("may have purged anything where nothing is archived yet", () => {
		const source = chooseSource(
			situation([look(1, undefined, { purged: parseGtidSet(`${a}:1-12`) })], { empty: true }),
		);
		expect(source?.missing).toEqual(emptySet);
	});
});

describe("the file to begin with", () => {
	const before: Record<string, string> = { f1: "", f2: `${a}:1-5`, f3: `${a}:1-12`, f4: `${a}:1-20` };
	const logs = Object.keys(before).map((name) => ({ name, bytes: 1 }));
	const begin = (position: string) =>
		beginningFor(logs, async (name) => parseGtidSet(before[name] ?? ""), {
			wanted: (set) => set,
			position: parseGtidSet(position),
		});

	test.each([
		["", "f1"],
		[`${a}:1-4`, "f1"],
		[`${a}:1-5`, "f2"],
		[`${a}:1-15`, "f3"],
		[`${a}:1-30`, "f4"],
	])("behind %s is %s", async (position, file) => {
		expect(await begin(position)).toMatchObject({ file, missing: emptySet });
	});

	test("where the oldest is too late, is that one, and what is lacking is told", async () => {
		before.f1 = `${a}:1-3`;
		const { file, missing } = await begin(`${a}:1-2`);
		expect(file).toBe("f1");
		expect(formatGtidSet(missing)).toBe(`${a}:3`);
		before.f1 = "";
	});
});

describe("what is taken", () => {
	const at = (gtid: string, from: number) => ({ gtid, from, to: from + 10, originalCommit: 1, immediateCommit: 1 });
	const transactions = [`${a}:10`, `${a}:11`, `${b}:6`, `${a}:12`].map((gtid, i) => at(gtid, 100 + 10 * i));

	test("is new, and of the history: an old primary's leftovers are not", () => {
		const { chosen, gtids, end, waits } = sift(transactions, 140, {
			...{ reign, position: parseGtidSet(`${a}:1-10`), confirmed: null },
		});
		expect(chosen.map(({ gtid }) => gtid)).toEqual([`${a}:11`, `${a}:12`]);
		expect(formatGtidSet(gtids)).toBe(`${a}:11-12`);
		expect({ end, waits }).toEqual({ end: 140, waits: false });
	});

	test("ends before the first that no replica has", () => {
		const sieve = { reign, position: parseGtidSet(`${a}:1-10`), confirmed: parseGtidSet(`${a}:1-11`) };
		expect(sift(transactions, 140, sieve)).toMatchObject({ end: 130, waits: true, chosen: [{ gtid: `${a}:11` }] });
	});

	const some = fc
		.uniqueArray(fc.tuple(fc.constantFrom(a, b, c), fc.integer({ min: 1, max: 20 })), { maxLength: 20 })
		.map((all) => parseGtidSet(all.map(([uuid, n]) => `${uuid}:${n}`).join(",")));

	test("of any set is what the term began with, and what its primary made: the rest are others'", () => {
		fc.assert(
			fc.property(some, (set) => {
				const wanted = wantedOf(reign)(set);
				const rest = subtract(set, wanted);
				expect(equals(union(wanted, rest), set)).toBe(true);
				expect(isEmpty(subtract(rest, subtract(rest, parseGtidSet(reign.gtidAtPromotion))))).toBe(true);
				expect(contains(union(parseGtidSet(reign.gtidAtPromotion), parseGtidSet(`${a}:1-20`)), wanted)).toBe(true);
			}),
		);
	});

	test("and what a term began without is orphaned, and nothing else", () => {
		fc.assert(
			fc.property(some, (archived) => {
				const orphans = orphansOf(reign, archived);
				const began = parseGtidSet(reign.gtidAtPromotion);
				expect(contains(began, subtract(archived, orphans))).toBe(true);
				expect(isEmpty(subtract(orphans, subtract(orphans, began)))).toBe(true);
			}),
		);
	});
});

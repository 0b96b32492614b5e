import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
	contains,
	count,
	emptySet,
	equals,
	formatGtidSet,
	type GtidSet,
	isEmpty,
	parseGtidSet,
	subtract,
	union,
	withoutServer,
} from "../../../runtime/mysql/gtidSet.ts";

const a = "aaaaaaaa-0000-0000-0000-000000000001";
const b = "bbbbbbbb-0000-0000-0000-000000000002";

/** A model: a GTID set as a plain set of "source:number". */
const model = fc.uniqueArray(
	fc.tuple(fc.constantFrom(a, b, `${a}:tag`), fc.integer({ min: 1, max: 12 })).map(([s, n]) => `${s}:${n}`),
);

function toSet(members: readonly string[]): GtidSet {
	return parseGtidSet(members.join(","));
}

function members(set: GtidSet): string[] {
	const all: string[] = [];
	for (const [source, intervals] of set.sources) {
		for (const [first, last] of intervals) for (let n = first; n <= last; n++) all.push(`${source}:${n}`);
	}
	return all.sort();
}

describe("a GTID set", () => {
	test("is read in the server's form, with tags and line breaks", () => {
		const set = parseGtidSet(`${a}:1-3:5:tag:7,\n${b.toUpperCase()}:2`);
		expect(members(set)).toEqual([`${a}:1`, `${a}:2`, `${a}:3`, `${a}:5`, `${a}:tag:7`, `${b}:2`]);
		expect(formatGtidSet(set)).toBe(`${a}:1-3:5:tag:7,${b}:2`);
	});

	test.each(["x", `${a}`, `${a}:`, `${a}:0`, `${a}:5-3`, `${a}:1-`, `${a}:1:-2`])("refuses %s", (text) => {
		expect(() => parseGtidSet(text)).toThrow(/not a GTID/);
	});

	test("joins adjacent numbers into one interval", () => {
		expect(formatGtidSet(parseGtidSet(`${a}:3,${a}:1-2`))).toBe(`${a}:1-3`);
	});

	test("survives being printed and read again", () => {
		fc.assert(
			fc.property(model, (m) => {
				const set = toSet(m);
				expect(equals(parseGtidSet(formatGtidSet(set)), set)).toBe(true);
				expect(members(set)).toEqual([...m].sort());
				expect(count(set)).toBe(m.length);
			}),
		);
	});

	test("union, difference and inclusion agree with plain sets", () => {
		fc.assert(
			fc.property(model, model, (x, y) => {
				const [p, q] = [toSet(x), toSet(y)];
				expect(members(union(p, q))).toEqual([...new Set([...x, ...y])].sort());
				expect(members(subtract(p, q))).toEqual(x.filter((g) => !y.includes(g)).sort());
				expect(contains(p, q)).toBe(y.every((g) => x.includes(g)));
			}),
		);
	});

	test("without a server keeps only what others made", () => {
		const set = parseGtidSet(`${a}:1-3:tag:4,${b}:9`);
		expect(formatGtidSet(withoutServer(set, a.toUpperCase()))).toBe(`${b}:9`);
		expect(isEmpty(withoutServer(emptySet, a))).toBe(true);
	});
});

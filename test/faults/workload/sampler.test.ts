import { describe, expect, test } from "@jest/globals";
import { type Term, unexplained } from "./sampler.ts";

const terms: readonly Term[] = [
	{ term: 1, primary: "mysql-0", after: 0, at: 0 },
	{ term: 2, primary: "mysql-1", after: 60_000, at: 60_050 },
];

describe("an opening is unexplained when", () => {
	test.each([
		["the instance is no term's primary", "mysql-2", 30_000],
		["the old primary opens again in its successor's term", "mysql-0", 90_000],
		["the new primary opens long before its term", "mysql-1", 30_000],
	])("%s", (_, name, at) => {
		expect(unexplained([{ name, at }], terms)).toEqual([
			`${name} was opened in no term of its own (1: mysql-0, 2: mysql-1)`,
		]);
	});

	test("no term was ever seen", () => {
		expect(unexplained([{ name: "mysql-0", at: 10 }], [])).toHaveLength(1);
	});
});

describe("an opening is explained when", () => {
	test.each([
		["the primary restarts in its term", "mysql-0", 30_000],
		["the new primary opens as its term begins", "mysql-1", 60_060],
	])("%s", (_, name, at) => {
		expect(unexplained([{ name, at }], terms)).toEqual([]);
	});

	test("the record could not be read meanwhile: the term may have begun when it was read last", () => {
		const late = [terms[0] as Term, { term: 2, primary: "mysql-1", after: 60_000, at: 70_000 }];
		expect(unexplained([{ name: "mysql-1", at: 61_500 }], late)).toEqual([]);
	});

	test("the terms come in another order", () => {
		expect(unexplained([{ name: "mysql-1", at: 61_000 }], [...terms].reverse())).toEqual([]);
	});
});

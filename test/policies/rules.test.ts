import { describe, expect, test } from "@jest/globals";
import { rules } from "../../policies/rules.ts";
import { cases, caseTables } from "./cases/all.ts";
import { expectedOf, saidOf } from "./cases/case.ts";
import { judgeCase } from "./judge.ts";

describe("the pack", () => {
	test("has one rule of each name, and a sentence for each of its parts", () => {
		const names = rules.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		for (const { name, what, why, fix } of rules) {
			expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
			for (const text of [what, why.reason, fix]) expect(text).toMatch(/^\S.*\.$/);
			expect(why.source).toMatch(/^(https:\/\/|docs\/)/);
		}
	});

	test("has a case that each rule refuses and one that it accepts", () => {
		expect(Object.keys(caseTables).sort()).toEqual(rules.map(({ name }) => name).sort());
		for (const { refuses, accepts } of Object.values(caseTables)) {
			expect(refuses.some(({ says = [] }) => says.length > 0)).toBe(true);
			expect(accepts.length).toBeGreaterThan(0);
		}
	});
});

describe.each(rules.map(({ name }) => name))("%s", (rule) => {
	test.each(cases.filter((one) => one.rule === rule).map((one) => [one.title, one] as const))("%s", (_, one) => {
		expect(saidOf(one, judgeCase(one))).toEqual(expectedOf(one));
	});
});

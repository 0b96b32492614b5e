import { describe, expect, test } from "@jest/globals";
import { leftToPeople, type Remaining, reasons, type Standstill } from "./people.ts";

const unharmed = (name: string): Remaining => ({ name, admitted: true, sound: true, complete: true, foremost: true });
const [one, two] = [unharmed("mysql-1"), unharmed("mysql-2")];
const judged = (others: readonly Remaining[], more: Partial<Standstill> = {}) =>
	leftToPeople({ primary: "mysql-0", loss: { lost: "mysql-0", others }, wipedThen: [], erredSince: false, ...more });

describe("a cluster may stand still when the primary's data were lost and", () => {
	test.each([
		["a replica was not admitted", [one, { ...two, admitted: false }], reasons.notAdmitted],
		[
			"one replica was errant, the other behind",
			[
				{ ...one, sound: false },
				{ ...two, complete: false },
			],
			reasons.noneFit,
		],
		[
			"an errant replica alone held the end of the history",
			[
				{ ...one, sound: false },
				{ ...two, foremost: false },
			],
			reasons.noneForemost,
		],
		["both were behind", [one, two].map((i) => ({ ...i, complete: false })), reasons.noneFit],
	])("%s", (_, others, reason) => {
		expect(judged(others)).toBe(reason);
	});

	test("a replica with surplus was wiped at that moment", () => {
		expect(judged([one, { ...two, sound: false }], { wipedThen: ["mysql-2"] })).toBe(reasons.wiped);
	});

	test("somebody wrote to what was left", () => {
		expect(judged([one, two], { erredSince: true })).toBe(reasons.erred);
	});
});

describe("a cluster may not stand still when", () => {
	test("no data were lost", () => {
		expect(leftToPeople({ primary: "mysql-0", loss: null, wipedThen: ["mysql-1"], erredSince: true })).toBeNull();
	});

	test("the primary has its data", () => {
		expect(
			judged(
				[
					{ ...one, admitted: false },
					{ ...two, sound: false },
				],
				{ primary: "mysql-1" },
			),
		).toBeNull();
	});

	test("a sound replica was wiped at that moment", () => {
		expect(judged([one, two], { wipedThen: ["mysql-2"] })).toBeNull();
	});

	test.each([
		["both replicas were fit", [one, two]],
		["one replica was merely behind", [one, { ...two, complete: false, foremost: false }]],
		["one replica was errant", [{ ...one, sound: false }, two]],
	])("%s", (_, others) => {
		expect(judged(others)).toBeNull();
	});
});

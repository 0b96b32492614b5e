import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { countsPerSlice, gapLength, longestGaps, median, outageAfter } from "../../../runtime/drill/gaps.ts";

const times = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 400 });

describe("the longest gaps", () => {
	test("are those of all neighbours, longest first, in whatever order the times come", () => {
		fc.assert(
			fc.property(times, fc.integer({ min: 1, max: 10 }), (some, count) => {
				const sorted = [...some].sort((one, other) => one - other);
				const lengths = sorted.slice(1).map((time, index) => time - (sorted[index] ?? 0));
				const expected = lengths.sort((one, other) => other - one).slice(0, count);
				expect(longestGaps(some, count).map(gapLength)).toEqual(expected);
			}),
		);
	});

	test("hold no acknowledgement inside", () => {
		fc.assert(
			fc.property(times, (some) => {
				for (const { start, end } of longestGaps(some, 5)) {
					expect(some.filter((time) => time > start && time < end)).toEqual([]);
				}
			}),
		);
	});
});

describe("the outage", () => {
	test("is the longest gap that was not over when the failure came", () => {
		const gaps = [
			{ start: 0, end: 5_000 },
			{ start: 10_000, end: 13_000 },
			{ start: 20_000, end: 20_400 },
		];
		expect(outageAfter(gaps, 10_100)).toEqual({ start: 10_000, end: 13_000 });
		expect(outageAfter(gaps, 13_200)).toEqual({ start: 10_000, end: 13_000 });
		expect(outageAfter(gaps, 30_000)).toBeNull();
	});

	test("covers the failure wherever acknowledgements came before and after", () => {
		fc.assert(
			fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 2 }), (some) => {
				const first = Math.min(...some);
				const last = Math.max(...some);
				const failure = first + (last - first) / 2;
				const outage = outageAfter(longestGaps(some, some.length), failure, 0);
				expect(outage?.end).toBeGreaterThan(failure);
			}),
		);
	});
});

test("every acknowledgement of the window is in exactly one slice", () => {
	fc.assert(
		fc.property(times, fc.nat(1_000_000), fc.integer({ min: 1, max: 500 }), (some, from, slices) => {
			const counts = countsPerSlice(some, from, from + slices * 100, 100);
			expect(counts).toHaveLength(slices);
			const inside = some.filter((time) => time >= from && time < from + slices * 100);
			expect(counts.reduce((sum, count) => sum + count, 0)).toBe(inside.length);
		}),
	);
});

test("the median is the middle one, or the mean of the two in the middle", () => {
	expect(median([3, 1, 2])).toBe(2);
	expect(median([4, 1, 2, 3])).toBe(2.5);
	expect(median([])).toBeNaN();
});

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { mean, spread } from "../../bench/percentiles.ts";

test("a percentile is a value that was measured, and so many are not above it", () => {
	expect(spread([])).toBeNull();
	expect(mean([])).toBe(0);
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }), (values) => {
			const found = spread(values);
			const below = (limit: number) => values.filter((value) => value <= limit).length / values.length;
			expect(values).toEqual(expect.arrayContaining([found?.p50, found?.p99, found?.longest]));
			expect(below(found?.p50 ?? -1)).toBeGreaterThanOrEqual(0.5);
			expect(below(found?.p99 ?? -1)).toBeGreaterThanOrEqual(0.99);
			expect(found?.longest).toBe(Math.max(...values));
			expect(found?.count).toBe(values.length);
		}),
	);
});

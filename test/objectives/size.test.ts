import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { bytes, formatSize, refuseShrink, size, UserError } from "../../objectives/index.ts";

describe("a size", () => {
	test.each([
		["10Gi", 10 * 2 ** 30],
		["1.5Ti", 1.5 * 2 ** 40],
		["512Mi", 2 ** 29],
		["5G", 5e9],
		["3k", 3000],
		["1234567", 1234567],
	])("reads %j as %d bytes", (text, expected) => {
		expect(size(text)).toBe(expected);
	});

	test.each([
		"",
		"Gi",
		"-1Gi",
		"10 Gi",
		"10GB",
		"10gi",
		"10K",
		"1.0000000001Ki",
		"1e3",
		"0.5",
		"99999Pi",
		10,
		null,
		{},
	])("refuses %j and says how to write one", (junk) => {
		expect(() => size(junk)).toThrow(UserError);
		expect(() => size(junk)).toThrow(/is not a size; write a number and a unit/);
	});

	test("survives being written and read", () => {
		const power = fc.constantFrom(1, 1000, 1024, 1e6, 2 ** 20, 2 ** 30);
		fc.assert(
			fc.property(fc.nat(4_000_000), power, (count, unit) => {
				const amount = bytes(count * unit);
				expect(size(formatSize(amount))).toBe(amount);
			}),
		);
	});

	test("is written in its largest whole unit", () => {
		expect(formatSize(size("1024Gi"))).toBe("1Ti");
		expect(formatSize(size("1.5Gi"))).toBe("1536Mi");
		expect(formatSize(size("5000M"))).toBe("5G");
		expect(formatSize(bytes(0))).toBe("0");
	});
});

describe("a volume", () => {
	test("may grow or stay", () => {
		expect(() => refuseShrink("volume", size("2Gi"), size("2Gi"))).not.toThrow();
		expect(() => refuseShrink("volume", size("2Gi"), size("3Gi"))).not.toThrow();
	});

	test("never shrinks, and the refusal names both sizes and the way out", () => {
		expect(() => refuseShrink("databases[0].volume", size("2Gi"), size("1Gi"))).toThrow(
			"databases[0].volume: 1Gi is smaller than the 2Gi that it has; a volume only grows: set 2Gi or more, or restore into a new database with the smaller volume",
		);
	});
});

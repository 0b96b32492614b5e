import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { duration, formatDuration, milliseconds, UserError } from "../../objectives/index.ts";

describe("a duration", () => {
	test.each([
		["15m", 900_000],
		["1.5h", 5_400_000],
		["1h30m", 5_400_000],
		["1.1h", 3_960_000],
		["250ms", 250],
		["0.25s", 250],
		["35d", 3_024_000_000],
		["0s", 0],
		[" 5s ", 5_000],
	])("reads %j as %d ms", (text, expected) => {
		expect(duration(text)).toBe(expected);
	});

	test.each([
		"",
		"s",
		"15",
		"-5m",
		"+5m",
		"5 m",
		"5min",
		"5 minutes",
		"1.5 minutes",
		"1e3s",
		"5M",
		"30m1h",
		"5m5m",
		"1..5h",
		".5h",
		"5.h",
		"0x5s",
		"5m, 3s",
		"1.5ms",
		"0.0001s",
		"NaNs",
		"99999999999999d",
		15,
		0,
		null,
		undefined,
		{},
		["5m"],
	])("refuses %j and says how to write one", (junk) => {
		expect(() => duration(junk)).toThrow(UserError);
		expect(() => duration(junk)).toThrow(/is not a duration; (write a number and a unit|the shortest step)/);
	});

	test("survives being written and read", () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 1e12 }), (count) => {
				const time = milliseconds(count);
				expect(duration(formatDuration(time))).toBe(time);
			}),
		);
	});

	test("reads decimals exactly or not at all", () => {
		fc.assert(
			fc.property(
				fc.nat(1e6),
				fc.nat(9999),
				fc.constantFrom(["h", 3_600_000], ["m", 60_000], ["s", 1000]),
				(whole, part, [unit, ms]) => {
					const decimals = String(part).padStart(4, "0");
					const exact = (BigInt(whole) * 10_000n + BigInt(part)) * BigInt(ms);
					const text = `${whole}.${decimals}${unit}`;
					if (exact % 10_000n === 0n) expect(BigInt(duration(text))).toBe(exact / 10_000n);
					else expect(() => duration(text)).toThrow(UserError);
				},
			),
		);
	});

	test("is written with its largest units first", () => {
		expect(formatDuration(milliseconds(90_061_001))).toBe("1d1h1m1s1ms");
		expect(formatDuration(milliseconds(0))).toBe("0s");
	});

	test("made from a count is never shorter than the count", () => {
		expect(milliseconds(0.2)).toBe(1);
		expect(() => milliseconds(-1)).toThrow(RangeError);
		expect(() => milliseconds(Number.NaN)).toThrow(RangeError);
	});
});

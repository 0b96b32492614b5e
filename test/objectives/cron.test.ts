import { describe, expect, test } from "@jest/globals";
import { CronExpressionParser } from "cron-parser";
import fc from "fast-check";
import { cron, duration, UserError } from "../../objectives/index.ts";

describe("a cron line", () => {
	test.each([
		["0 2 * * *", "Etc/UTC", "24h"],
		["0 * * * *", "Europe/Berlin", "1h"],
		["*/15 * * * *", "Australia/Lord_Howe", "15m"],
		["0 9-17 * * 1-5", "Etc/UTC", "64h"],
		["0 5 1 * *", "Etc/UTC", "31d"],
		["0 0 29 2 *", "Etc/UTC", "1461d"],
		["*/5 * * 1 *", "Etc/UTC", "335d5m"],
		["0 0 1 * 1", "Etc/UTC", "7d"],
		["0 0 * * sun", "Etc/UTC", "7d"],
		["0 0 15 JAN,APR,JUL,OCT *", "Etc/UTC", "92d"],
	])("%j in %s leaves at most %s between two firings", (line, zone, expected) => {
		expect(cron(line, zone).period()).toBe(duration(expected));
	});

	test("at a time that the clocks skip in spring does not fire, and the gap says so", () => {
		expect(cron("0 2 * * *", "Europe/Berlin").period()).toBe(duration("47h"));
		expect(cron("0 3 * * *", "Europe/Berlin").period()).toBe(duration("25h"));
		expect(cron("0 2 * * *", "Asia/Tokyo").period()).toBe(duration("24h"));
		expect(cron("15 */6 * * *", "Europe/Berlin").period()).toBe(duration("7h"));
	});

	test.each([
		"",
		"0 2 * *",
		"0 0 2 * * *",
		"@daily",
		"0 2 * * 7",
		"0 2 * * 5-7",
		"61 * * * *",
		"* 24 * * *",
		"0 0 30 2 *",
		"0 0 31 4 *",
		"0 0 L * *",
		"0 0 * * 1#2",
		"*/0 * * * *",
		"5-1 * * * *",
		"x * * * *",
		"H * * * *",
		"0 jan * * *",
		"0,,5 * * * *",
		"TZ=UTC 0 2 * * *",
		null,
		undefined,
		5,
		{},
	])("%j is refused with what to write", (line) => {
		expect(() => cron(line, "Etc/UTC")).toThrow(UserError);
		expect(() => cron(line, "Etc/UTC")).toThrow(/is not a cron line; write (five fields|0 for Sunday)/);
	});

	test.each([
		["Europe/Berln", /did you mean "Europe\/Berlin"/],
		["Mars/Olympus", /write an IANA name/],
		["+01:00", /write an IANA name/],
		["", /write an IANA name/],
		[undefined, /nothing is not a timezone/],
	])("the timezone %j is refused with a remedy", (zone, message) => {
		expect(() => cron("0 2 * * *", zone)).toThrow(UserError);
		expect(() => cron("0 2 * * *", zone)).toThrow(message);
	});

	test("fires when cron-parser says so, where no clock changes", () => {
		fc.assert(
			fc.property(
				lines,
				fc.date({ min: new Date("2025-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }),
				(line, after) => {
					const oracle = CronExpressionParser.parse(line, { tz: "UTC", currentDate: after });
					expect(cron(line, "Etc/UTC").next(after)).toEqual(oracle.next().toDate());
				},
			),
		);
	});

	test("never leaves a longer gap than it says, in any of two hundred firings", () => {
		fc.assert(
			fc.property(
				lines,
				fc.date({ min: new Date("2025-01-01"), max: new Date("2028-01-01"), noInvalidDate: true }),
				(line, from) => {
					const oracle = CronExpressionParser.parse(line, { tz: "UTC", currentDate: from });
					const firings = oracle.take(200).map((date) => date.getTime());
					const gaps = firings.slice(1).map((at, index) => at - (firings[index] ?? at));
					expect(Math.max(...gaps)).toBeLessThanOrEqual(cron(line, "Etc/UTC").period());
				},
			),
			{ numRuns: 40 },
		);
	});

	test.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"])(
		"in %s fires at each minute whose wall clock matches, clocks changing or not",
		(zone) => {
			for (const [from, to] of changes) {
				const clock = wallClock(zone);
				const walls = minutes(from, to).map((at) => ({ at, wall: clock(at) }));
				for (const line of ["0 2 * * *", "30 * * * *", "*/20 1-3 * * *", "45 1 * * 0", "15 0,2 * * *"]) {
					const expected = walls.filter(({ wall }) => matches(line, wall)).map(({ at }) => iso(at));
					expect({ line, fired: fired(line, zone, from, to) }).toEqual({ line, fired: expected });
				}
			}
		},
	);
});

/** Around the changes of clocks of 2026, north and south, both ways. */
const changes = [
	["2026-03-06", "2026-03-10"],
	["2026-03-27", "2026-03-31"],
	["2026-04-03", "2026-04-07"],
	["2026-10-02", "2026-10-06"],
	["2026-10-23", "2026-10-27"],
	["2026-10-30", "2026-11-03"],
] as const;

const field = (low: number, high: number) =>
	fc.oneof(
		fc.constant("*"),
		fc.integer({ min: low, max: high }).map(String),
		fc.integer({ min: 2, max: 9 }).map((step) => `*/${step}`),
		fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 3 }).map((list) => list.join(",")),
		fc
			.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
			.map((pair) => pair.sort((one, other) => one - other).join("-")),
	);

/** Days to 28, so that every line fires. */
const lines = fc
	.tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
	.map((fields) => fields.join(" "));

function minutes(from: string, to: string): number[] {
	const start = Date.parse(from);
	return Array.from({ length: (Date.parse(to) - start) / 60_000 }, (_, index) => start + index * 60_000);
}

/** What the wall clock shows, read from its formatted text: independent of how the schedule computes it. */
function wallClock(zone: string): (at: number) => readonly [day: number, hour: number, minute: number] {
	const format = new Intl.DateTimeFormat("en-GB", {
		timeZone: zone,
		hour: "2-digit",
		minute: "2-digit",
		weekday: "short",
	});
	return (at) => {
		const [, day = "", hour, minute] = /(\w{3}).*?(\d\d):(\d\d)/.exec(format.format(at)) ?? [];
		return [["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(day), Number(hour), Number(minute)];
	};
}

function matches(line: string, [day, hour, minute]: readonly [number, number, number]): boolean {
	const [minutes = "", hours = "", , , weekdays = ""] = line.split(" ");
	return allows(minutes, minute) && allows(hours, hour) && allows(weekdays, day);
}

function allows(field: string, value: number): boolean {
	if (field === "*") return true;
	if (field.startsWith("*/")) return value % Number(field.slice(2)) === 0;
	return field.split(",").some((part) => {
		const [low = 0, high = low] = part.split("-").map(Number);
		return value >= low && value <= high;
	});
}

function fired(line: string, zone: string, from: string, to: string): string[] {
	const schedule = cron(line, zone);
	const found: string[] = [];
	let at = schedule.next(new Date(Date.parse(from) - 1));
	while (at.getTime() < Date.parse(to)) {
		found.push(iso(at.getTime()));
		at = schedule.next(at);
	}
	return found;
}

function iso(at: number): string {
	return new Date(at).toISOString();
}

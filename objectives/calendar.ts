import { UserError } from "./error.ts";
import { day, instants, offset } from "./timezone.ts";

/** The values that a cron line's fields allow. */
export interface Fields {
	readonly minutes: readonly number[];
	readonly hours: readonly number[];
	readonly daysOfMonth: readonly number[];
	/** 1 to 12. */
	readonly months: readonly number[];
	/** 0 (Sunday) to 6. */
	readonly daysOfWeek: readonly number[];
	/** Both day fields are restricted, so a day that matches either fires (as in every cron). */
	readonly eitherDay: boolean;
}

/** When a cron line fires: on which days, and at which times of these days. */
export interface Calendar {
	/** Times of day in milliseconds since midnight, ascending; never empty. */
	readonly times: readonly number[];
	/** The same in short. */
	readonly outline: Outline;
	/** Whether a day fires, given as its midnight read as UTC. */
	fires(midnight: number): boolean;
}

/** After 28 years weekdays and leap days come round again. From a fixed day, so that the answer is stable. */
const start = Date.UTC(2024, 0, 1);
const length = 28 * 365 + 7 + 366;

/** Makes the calendar of a cron line. */
export function calendar(fields: Fields): Calendar {
	const times = fields.hours
		.flatMap((hour) => fields.minutes.map((minute) => hour * 60 + minute))
		.sort((one, other) => one - other)
		.map((minutes) => minutes * 60_000);
	return {
		times,
		outline: outline(times) ?? { first: 0, last: 0, widest: 0 },
		fires(midnight) {
			const date = new Date(midnight);
			if (!fields.months.includes(date.getUTCMonth() + 1)) return false;
			const byMonth = fields.daysOfMonth.includes(date.getUTCDate());
			const byWeek = fields.daysOfWeek.includes(date.getUTCDay());
			return fields.eitherDay ? byMonth || byWeek : byMonth && byWeek;
		},
	};
}

/**
 * The longest time between two firings in milliseconds.
 * @throws UserError if there are not two firings
 */
export function longestGap(days: Calendar, zone: string): number {
	let longest = 0;
	let previous: number | undefined;
	for (let index = 0; index < length; index++) {
		if (!days.fires(start + index * day)) continue;
		const outline = outlined(days, index, zone);
		if (!outline) continue;
		longest = Math.max(longest, outline.widest, outline.first - (previous ?? outline.first));
		previous = outline.last;
	}
	if (longest > 0) return longest;
	throw neverFires();
}

/** What the longest gap depends on in one day. */
interface Outline {
	readonly first: number;
	readonly last: number;
	/** The longest gap within. */
	readonly widest: number;
}

/** One day's outline; nothing if none of its times exists. Only near a change of clocks are times looked up one by one. */
function outlined(days: Calendar, index: number, zone: string): Outline | undefined {
	const midnight = start + index * day;
	const offsets = shifts(zone);
	const shift = offsets[index];
	const plain = [-1, 1, 2].every((away) => offsets[index + away] === shift);
	if (!plain || shift === undefined) return outline(exact(days, midnight, zone));
	const { first, last, widest } = days.outline;
	return { first: midnight + first - shift, last: midnight + last - shift, widest };
}

/** The first firing after an instant. */
export function firstAfter(days: Calendar, zone: string, after: number): number {
	const today = Math.floor((after + offset(after, zone)) / day) * day;
	for (let index = -1; index < length; index++) {
		const midnight = today + index * day;
		if (!days.fires(midnight)) continue;
		const found = exact(days, midnight, zone).find((at) => at > after);
		if (found !== undefined) return found;
	}
	throw neverFires();
}

/** Every firing of one day, in order. */
function exact(days: Calendar, midnight: number, zone: string): number[] {
	return days.times.flatMap((time) => instants(midnight + time, zone)).sort((one, other) => one - other);
}

function outline(firings: readonly number[]): Outline | undefined {
	const [first] = firings;
	const last = firings.at(-1);
	if (first === undefined || last === undefined) return undefined;
	const gaps = firings.map((at, index) => at - (firings[index - 1] ?? at));
	return { first, last, widest: Math.max(...gaps) };
}

const known = new Map<string, readonly number[]>();

/** The zone's offset at each day's midnight (read as UTC), and two days beyond. Clocks never change twice in a week. */
function shifts(zone: string): readonly number[] {
	const found = known.get(zone);
	if (found) return found;
	const at = (index: number) => offset(start + index * day, zone);
	const made: number[] = [];
	for (let index = 0; index < length + 2; index += 7) {
		const [first, last] = [made[index] ?? at(index), at(index + 7)];
		for (let ahead = 0; ahead < 7; ahead++) made[index + ahead] = first === last ? first : at(index + ahead);
		made[index + 7] = last;
	}
	known.set(zone, made);
	return made;
}

function neverFires(): UserError {
	return new UserError({
		field: "",
		value: undefined,
		wrong: "the schedule never fires",
		remedy: "write a day that exists",
	});
}

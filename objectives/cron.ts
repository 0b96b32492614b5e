import { CronExpressionParser } from "cron-parser";
import { calendar, type Fields, firstAfter, longestGap } from "./calendar.ts";
import { type Duration, milliseconds } from "./duration.ts";
import { shown, UserError } from "./error.ts";
import { timezone } from "./timezone.ts";

/** A schedule: a five-field cron line, read in a timezone as a Kubernetes CronJob reads it. */
export interface Cron {
	readonly expression: string;
	readonly timezone: string;
	/**
	 * The longest time between two firings, over 28 years: what a promise must reckon with. A time that the clocks skip
	 * in spring does not fire at all, so "0 2 * * *" in Berlin has 47 hours; a monthly line has 31 days.
	 */
	period(): Duration;
	/** The next firing after this instant. */
	next(after: Date): Date;
}

const remedy = 'write five fields (minute hour day month weekday), such as "0 2 * * *" for 02:00 daily';
const numbers = /^(\*|\?|\d+(-\d+)?)(\/[1-9]\d*)?$/;
const names = /^(\*|\?|[0-9a-z]+(-[0-9a-z]+)?)(\/[1-9]\d*)?$/i;
/** Plans are forecast many times over. */
const known = new Map<string, Cron>();

/**
 * Reads a cron line and a timezone.
 * @throws UserError (with an empty field) on an unknown timezone, a bad line, a line that never fires, and on what cron
 * dialects have and Kubernetes has not: seconds, `@daily`, `L`, `#`, weekday 7.
 */
export function cron(expression: unknown, zone: unknown): Cron {
	const key = `${zone} ${expression}`;
	const found = known.get(key);
	if (found) return found;
	const made = read(checkedLine(expression), timezone(zone));
	known.set(key, made);
	return made;
}

function read(line: string, zone: string): Cron {
	const days = calendar(fieldsOf(line));
	const gap = milliseconds(longestGap(days, zone));
	return {
		expression: line,
		timezone: zone,
		period: () => gap,
		next: (after) => new Date(firstAfter(days, zone, after.getTime())),
	};
}

function checkedLine(expression: unknown): string {
	if (typeof expression !== "string") throw refused(expression, remedy);
	const fields = expression.trim().split(/\s+/);
	if (fields.length !== 5) throw refused(expression, remedy);
	fields.forEach((field, position) => {
		const grammar = position < 3 ? numbers : names;
		if (!field.split(",").every((part) => grammar.test(part))) throw refused(expression, remedy);
	});
	if (/(^|[,-])7/.test(fields[4] ?? "")) throw refused(expression, "write 0 for Sunday: Kubernetes knows no weekday 7");
	return fields.join(" ");
}

function fieldsOf(line: string): Fields {
	const [, , dayOfMonth = "", , dayOfWeek = ""] = line.split(" ");
	const { fields } = parsed(line);
	const numeric = (values: readonly unknown[]) => values.map(Number);
	return {
		minutes: numeric(fields.minute.values),
		hours: numeric(fields.hour.values),
		daysOfMonth: numeric(fields.dayOfMonth.values),
		months: numeric(fields.month.values),
		daysOfWeek: numeric(fields.dayOfWeek.values).map((value) => value % 7),
		eitherDay: !isEvery(dayOfMonth) && !isEvery(dayOfWeek),
	};
}

function parsed(line: string) {
	try {
		return CronExpressionParser.parse(line, { tz: "UTC" });
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw refused(line, `${remedy} (${why})`);
	}
}

function isEvery(field: string): boolean {
	return field === "*" || field === "?";
}

function refused(value: unknown, how: string): UserError {
	return new UserError({
		field: "",
		value,
		wrong: `${shown(value)} is not a cron line`,
		remedy: how,
	});
}

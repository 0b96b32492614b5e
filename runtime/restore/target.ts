/** Up to where a history is to be restored, as an operator says it. */
import { UserError } from "../../objectives/error.ts";
import { instants, timezone } from "../../objectives/timezone.ts";
import { parseGtidSet } from "../mysql/gtidSet.ts";

/**
 * - `latest`: all that is archived
 * - `gtid`: up to that transaction, and with it
 * - `time`: microseconds since 1970. Commit times are not in perfect order in a binary log (the commits of one group, and
 *   two servers' clocks), so this is: every transaction before the first one, in the order of the history, that was
 *   committed after it. What was committed at it is still in.
 */
export type RestoreTarget =
	| { readonly kind: "latest" }
	| { readonly kind: "gtid"; readonly gtid: string }
	| { readonly kind: "time"; readonly micros: number };

const remedy =
	'write "latest", a time with its zone such as "2026-11-25T10:15:00Z", "2026-11-25 11:15:00.250 Europe/Berlin", or one GTID such as "3e11fa47-71ca-11e1-9e33-c80aa9429562:23"';

const timePattern =
	/^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*(Z|[+-]\d{2}:\d{2}|[A-Za-z]\S*)$/;
const gtidPattern = /^[0-9a-fA-F-]{36}(:[a-z_][a-z0-9_]{0,31})?:\d+$/i;

/** @throws UserError with the field `--to` */
export function parseTarget(text: string): RestoreTarget {
	const given = text.trim();
	if (given.toLowerCase() === "latest") return { kind: "latest" };
	if (gtidPattern.test(given)) return { kind: "gtid", gtid: oneGtid(given) };
	const parts = timePattern.exec(given);
	if (parts === null) throw refused(text, `${JSON.stringify(text)} is neither a time with a zone, nor a GTID`);
	return { kind: "time", micros: micros(text, parts) };
}

function oneGtid(text: string): string {
	try {
		parseGtidSet(text);
	} catch {
		throw refused(text, `${JSON.stringify(text)} is not a GTID`);
	}
	return text.toLowerCase();
}

function micros(text: string, [, date, minute, second = "00", fraction = "", zone = ""]: readonly string[]): number {
	const wall = Date.parse(`${date}T${minute}:${second}Z`);
	if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(`${date}T${minute}:${second}`)) {
		throw refused(text, `${JSON.stringify(text)} is not a time that exists`);
	}
	return instant(text, wall, zone) * 1000 + Number(fraction.padEnd(6, "0"));
}

/** Milliseconds since 1970. */
function instant(text: string, wall: number, zone: string): number {
	if (zone === "Z") return wall;
	if (/^[+-]/.test(zone)) {
		const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
		return wall - (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
	}
	const [only, second] = instants(wall, zoneName(zone));
	if (only === undefined) throw refused(text, `the clocks of ${zone} never showed ${JSON.stringify(text)}`);
	if (second !== undefined) throw refused(text, `the clocks of ${zone} showed ${JSON.stringify(text)} twice`);
	return only;
}

function zoneName(zone: string): string {
	try {
		return timezone(zone);
	} catch (error) {
		throw error instanceof UserError ? error.at("--to") : error;
	}
}

function refused(value: string, wrong: string): UserError {
	return new UserError({ field: "--to", value, wrong, remedy });
}

/** The form that {@link parseTarget} reads back to the same target. */
export function formatTarget(target: RestoreTarget): string {
	if (target.kind === "latest") return "latest";
	return target.kind === "gtid" ? target.gtid : formatMicros(target.micros);
}

/** `2026-11-25T10:15:00.250000Z` */
export function formatMicros(micros: number): string {
	const whole = Math.floor(micros / 1_000_000);
	const rest = micros - whole * 1_000_000;
	return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${String(rest).padStart(6, "0")}Z`;
}

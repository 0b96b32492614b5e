import { shown, UserError } from "./error.ts";
import { suggestion } from "./names.ts";

/** One day in milliseconds. */
export const day = 86_400_000;

/**
 * Checks a timezone's name as Kubernetes does: IANA names only, no offsets, no abbreviation such as "Local".
 * @returns the name as given
 * @throws UserError (with an empty field) with the nearest known name
 */
export function timezone(name: unknown): string {
	if (typeof name === "string" && /^[A-Za-z]/.test(name) && isKnown(name)) return name;
	throw new UserError({
		field: "",
		value: name,
		wrong: `${shown(name)} is not a timezone`,
		remedy: `write an IANA name such as "Europe/Berlin" or "Etc/UTC"${near(name)}`,
	});
}

/** The instants at which the wall clock shows this time: none in the hour that is skipped, two in the one that repeats. */
export function instants(wall: number, zone: string): readonly number[] {
	const offsets = new Set([offset(wall - day, zone), offset(wall + day, zone)]);
	return [...offsets]
		.map((shift) => ({ at: wall - shift, shift }))
		.filter(({ at, shift }) => offset(at, zone) === shift)
		.map(({ at }) => at)
		.sort((one, other) => one - other);
}

/** Milliseconds that the zone's wall clock is ahead of UTC at this instant. */
export function offset(instant: number, zone: string): number {
	const text = formatter(zone)
		.formatToParts(instant)
		.find((part) => part.type === "timeZoneName")?.value;
	const match = /GMT([+-])(\d{2}):(\d{2})/.exec(text ?? "");
	if (!match) return 0;
	const minutes = Number(match[2]) * 60 + Number(match[3]);
	return (match[1] === "-" ? -1 : 1) * minutes * 60_000;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs a thousand times what using it costs. */
function formatter(zone: string): Intl.DateTimeFormat {
	const found = formatters.get(zone);
	if (found) return found;
	const made = new Intl.DateTimeFormat("en-US", {
		timeZone: zone,
		timeZoneName: "longOffset",
	});
	formatters.set(zone, made);
	return made;
}

function isKnown(name: string): boolean {
	try {
		formatter(name);
		return true;
	} catch {
		return false;
	}
}

function near(name: unknown): string {
	if (typeof name !== "string" || name === "") return "";
	const hint = suggestion(name, Intl.supportedValuesOf("timeZone"));
	return hint.startsWith("did") ? `; ${hint}` : "";
}

import { shown, UserError } from "./error.ts";

/** A length of time in whole milliseconds, never negative. */
export type Duration = number & { readonly unit: "ms" };

const units = [
	["d", 86_400_000],
	["h", 3_600_000],
	["m", 60_000],
	["s", 1_000],
	["ms", 1],
] as const;

const remedy = 'write a number and a unit (ms, s, m, h, d), such as "15m", "1.5h" or "1h30m"';

/**
 * Reads a duration: numbers with the units ms, s, m, h, d, largest first (`15m`, `1.5h`, `1h30m`).
 * @throws UserError (with an empty field) on anything else, a bare number too, and on fractions of a millisecond.
 */
export function duration(text: unknown): Duration {
	if (typeof text !== "string") throw refused(text, remedy);
	const parts = [...text.trim().matchAll(/(\d+)(?:\.(\d+))?(ms|[smhd])/gy)];
	const read = parts.map((part) => part[0]).join("");
	if (parts.length === 0 || read !== text.trim()) throw refused(text, remedy);
	let total = 0n;
	let previous = -1;
	for (const [, whole = "", fraction = "", unit] of parts) {
		const rank = units.findIndex(([name]) => name === unit);
		if (rank <= previous) throw refused(text, remedy);
		previous = rank;
		total += scaled(text, whole + fraction, fraction.length, units[rank]?.[1]);
	}
	if (total > BigInt(Number.MAX_SAFE_INTEGER)) throw refused(text, remedy);
	return Number(total) as Duration;
}

/** A duration from a count of milliseconds that the program knows; rounded up to whole ones. */
export function milliseconds(count: number): Duration {
	if (!Number.isFinite(count) || count < 0) throw new RangeError(`${count} is not a duration`);
	return Math.ceil(count) as Duration;
}

/** A duration in seconds, for terms, metrics and reports. */
export function inSeconds(time: Duration): number {
	return time / 1000;
}

/** The shortest text that {@link duration} reads back to the same length: `1h30m`, `250ms`, `0s`. */
export function formatDuration(time: Duration): string {
	let rest: number = time;
	let text = "";
	for (const [name, length] of units) {
		const count = Math.floor(rest / length);
		if (count > 0) text += `${count}${name}`;
		rest -= count * length;
	}
	return text === "" ? "0s" : text;
}

/** Decimal arithmetic in integers: 1.1h is 3,960,000 ms exactly, which floating point misses. */
function scaled(text: string, digits: string, decimals: number, unit: number | undefined): bigint {
	const product = BigInt(digits) * BigInt(unit ?? 1);
	const divisor = 10n ** BigInt(decimals);
	if (product % divisor !== 0n) throw refused(text, "the shortest step is a millisecond; round it");
	return product / divisor;
}

function refused(value: unknown, how: string): UserError {
	return new UserError({
		field: "",
		value,
		wrong: `${shown(value)} is not a duration`,
		remedy: how,
	});
}

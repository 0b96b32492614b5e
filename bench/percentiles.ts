/** Of what was measured: pure. */
import { rounded } from "./stopwatch.ts";

export interface Spread {
	readonly count: number;
	readonly p50: number;
	readonly p99: number;
	readonly longest: number;
}

/** @returns null where nothing was measured */
export function spread(values: readonly number[]): Spread | null {
	const sorted = values.toSorted((one, other) => one - other);
	const longest = sorted.at(-1);
	if (longest === undefined) return null;
	const at = (share: number) => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? longest);
	return { count: sorted.length, p50: at(0.5), p99: at(0.99), longest: rounded(longest) };
}

export const mean = (values: readonly number[]): number =>
	values.length === 0 ? 0 : rounded(values.reduce((sum, value) => sum + value, 0) / values.length);

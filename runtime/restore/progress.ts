/** How far something is that takes long: for people, and as a line of a job's output. */

export interface Progress {
	/** In words, the same while the step lasts. */
	readonly step: string;
	readonly done?: number | undefined;
	readonly total?: number | undefined;
	/** Of `done`, `total` and, a second, `rate`. */
	readonly unit?: "bytes" | "transactions" | "tables" | "files" | undefined;
	readonly rate?: number | undefined;
	readonly remainingSeconds?: number | undefined;
}

export type Report = (progress: Progress) => void;

export interface Meter {
	/** @param done all so far */
	update(done: number): void;
}

/** Rates are of what was done within this time: a step's beginning says little about its end. */
const windowMs = 15_000;
/** More often nobody reads it. */
const periodMs = 500;

interface Seen {
	readonly at: number;
	readonly done: number;
}

/** A second. */
function rateOver(seen: readonly Seen[]): number | undefined {
	const [first, last] = [seen[0], seen.at(-1)];
	if (first === undefined || last === undefined || last.at <= first.at) return undefined;
	return ((last.done - first.done) * 1000) / (last.at - first.at);
}

export interface Measured {
	readonly step: string;
	readonly unit: NonNullable<Progress["unit"]>;
	readonly total: number;
}

/** Reports what is measured with its rate and the time that is left, not more often than somebody can read. */
export function meter(
	{ step, unit, total }: Measured,
	report: Report,
	now: () => number = () => performance.now(),
): Meter {
	const seen: Seen[] = [{ at: now(), done: 0 }];
	let reported = Number.NEGATIVE_INFINITY;
	return {
		update(done) {
			const at = now();
			if (at - reported < periodMs && done < total) return;
			reported = at;
			seen.push({ at, done });
			while (seen.length > 2 && at - (seen[1]?.at ?? at) > windowMs) seen.shift();
			const rate = rateOver(seen);
			const remainingSeconds = rate === undefined || rate <= 0 ? undefined : Math.max(0, total - done) / rate;
			report({ step, unit, done, total, rate, remainingSeconds });
		},
	};
}

/** How long nothing was acknowledged, and when. Pure; all times in milliseconds since 1970. */

/** A time without an acknowledgement, between two acknowledgements. */
export interface Gap {
	/** The last acknowledgement before. */
	readonly start: number;
	/** The first acknowledgement after. */
	readonly end: number;
}

export const gapLength = ({ start, end }: Gap): number => end - start;

/**
 * The longest times between neighbouring acknowledgements, longest first.
 * @param times of acknowledgements, in any order: those of several connections interleave
 */
export function longestGaps(times: readonly number[], count: number): Gap[] {
	const sorted = Float64Array.from(times).sort();
	const gaps: Gap[] = [];
	for (let index = 1; index < sorted.length; index++) {
		gaps.push({ start: sorted[index - 1] ?? 0, end: sorted[index] ?? 0 });
		// Never more than twice what is wanted: a long run has a hundred thousand of them.
		if (gaps.length >= count * 2 + 64) keepLongest(gaps, count);
	}
	keepLongest(gaps, count);
	return gaps;
}

function keepLongest(gaps: Gap[], count: number): void {
	gaps.sort((one, other) => gapLength(other) - gapLength(one) || one.start - other.start);
	gaps.length = Math.min(gaps.length, count);
}

/**
 * The outage that a failure caused: the longest gap that was not over when it happened. Clocks of two machines differ a
 * little, and the server's last answers may still be on their way when it dies: hence the slack.
 */
export function outageAfter(gaps: readonly Gap[], failureAt: number, slackMs = 250): Gap | null {
	const candidates = gaps.filter(({ end }) => end > failureAt - slackMs);
	return candidates.reduce<Gap | null>(
		(longest, gap) => (longest === null || gapLength(gap) > gapLength(longest) ? gap : longest),
		null,
	);
}

/** How many acknowledgements fell into each slice of time from `from` up to `to`. */
export function countsPerSlice(times: readonly number[], from: number, to: number, sliceMs: number): number[] {
	const counts = Array.from({ length: Math.max(0, Math.ceil((to - from) / sliceMs)) }, () => 0);
	for (const time of times) {
		const slice = Math.floor((time - from) / sliceMs);
		if (time < to && slice >= 0) counts[slice] = (counts[slice] ?? 0) + 1;
	}
	return counts;
}

/** The middle value; the mean of the two middle ones of an even number. NaN of nothing. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((one, other) => one - other);
	const middle = sorted.length / 2;
	const upper = sorted[Math.floor(middle)] ?? Number.NaN;
	return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

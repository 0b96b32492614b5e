/** A picture of numbers over time in one line. */

const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** @returns one character a value, its height by the largest; a value of nothing is a dot, so that an outage shows. */
export function sparkline(values: readonly number[]): string {
	const most = Math.max(0, ...values);
	return values
		.map((value) => (value <= 0 ? "·" : (bars[Math.ceil((value / most) * bars.length) - 1] ?? "▁")))
		.join("");
}

/** Sums neighbours until there are at most `length` values. */
export function condense(values: readonly number[], length: number): number[] {
	const step = Math.max(1, Math.ceil(values.length / length));
	const sums = Array.from({ length: Math.ceil(values.length / step) }, () => 0);
	values.forEach((value, index) => {
		const at = Math.floor(index / step);
		sums[at] = (sums[at] ?? 0) + value;
	});
	return sums;
}

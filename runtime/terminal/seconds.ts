/** Times for people. */

/** "0.42 s", "4.1 s", "71 s", "6 min 12 s". */
export function seconds(value: number): string {
	if (value < 0.995) return `${value.toFixed(2)} s`;
	if (value < 9.95) return `${value.toFixed(1)} s`;
	const whole = Math.round(value);
	if (whole < 120) return `${whole} s`;
	const minutes = Math.floor(whole / 60);
	return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** "+1.23 s", for timelines. */
export function sinceStart(value: number): string {
	return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(2)} s`;
}

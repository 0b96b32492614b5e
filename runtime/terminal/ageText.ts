/** Ages for people. */

const units = [
	["d", 24 * 3600],
	["h", 3600],
	["min", 60],
] as const;

/** "12 s", "45 min", "7 h", "35 d": the largest unit of which there are two, and nothing behind it. */
export function ageText(milliseconds: number): string {
	const whole = Math.max(0, Math.round(milliseconds / 1000));
	const [unit, size] = units.find(([, length]) => whole >= 2 * length) ?? ["s", 1];
	return `${Math.floor(whole / size)} ${unit}`;
}

/** What took how long, in the order in which it was done. */

export interface Timed {
	readonly what: string;
	readonly seconds: number;
	readonly bytes?: number | undefined;
	readonly transactions?: number | undefined;
}

export class Stopwatch {
	readonly results: Timed[] = [];
	readonly #note: (text: string) => void;

	constructor(note: (text: string) => void) {
		this.#note = note;
	}

	async time<T>(what: string, work: () => Promise<T>): Promise<{ readonly found: T; readonly seconds: number }> {
		this.#note(`${what} ...`);
		const began = performance.now();
		const found = await work();
		const seconds = (performance.now() - began) / 1000;
		this.add({ what, seconds });
		this.#note(`${what}: ${rounded(seconds)} s`);
		return { found, seconds };
	}

	add(timed: Timed): void {
		this.results.push({ ...timed, seconds: rounded(timed.seconds) });
	}
}

export const rounded = (value: number) => Math.round(value * 100) / 100;

export function timedLines(results: readonly Timed[]): string[] {
	return results.map(({ what, seconds, bytes, transactions }) =>
		[
			what.padEnd(44),
			`${seconds.toFixed(2).padStart(10)} s`,
			bytes === undefined ? "" : `${(bytes / 2 ** 20).toFixed(0).padStart(10)} MiB`,
			transactions === undefined ? "" : `${transactions} transactions`,
		]
			.join(" ")
			.trimEnd(),
	);
}

/** The checks that a booted copy has passed, each with the time that it took. */

export interface Proof {
	readonly name: string;
	readonly seconds: number;
}

export class Proofs {
	readonly #proofs: Proof[] = [];
	readonly #began = performance.now();

	get all(): readonly Proof[] {
		return this.#proofs;
	}

	get seconds(): number {
		return rounded(performance.now() - this.#began);
	}

	/** Counts as passed once `check` has come to its end. */
	async pass<T>(name: string, check: () => Promise<T>): Promise<T> {
		const began = performance.now();
		const result = await check();
		this.#proofs.push({ name, seconds: rounded(performance.now() - began) });
		return result;
	}
}

const rounded = (ms: number) => Math.round(ms) / 1000;

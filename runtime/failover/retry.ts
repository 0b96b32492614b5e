/** Holds back what failed a moment ago. */
import type { Clock } from "./clock.ts";

/** A repair or a label that failed is not tried again sooner. */
const retryMs = 1000;

export class Retry {
	readonly #clock: Clock;
	readonly #notBefore = new Map<string, number>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** True at most once a second for each thing that is to be done. */
	due(what: string): boolean {
		const now = this.#clock.now();
		if (now < (this.#notBefore.get(what) ?? 0)) return false;
		this.#notBefore.set(what, now + retryMs);
		return true;
	}
}

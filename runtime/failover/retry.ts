/** Holds back what was tried a moment ago, and for longer what failed again and again. */
import type { Clock } from "./clock.ts";

/** Nothing is tried again sooner. */
const retryMs = 1000;
/** However often it failed. */
const longestMs = 60_000;

export class Retry {
	readonly #clock: Clock;
	readonly #notBefore = new Map<string, number>();
	readonly #failures = new Map<string, number>();

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

	/** Each failure in a row doubles the rest. */
	failed(what: string): void {
		const failures = (this.#failures.get(what) ?? 0) + 1;
		this.#failures.set(what, failures);
		this.#notBefore.set(what, this.#clock.now() + Math.min(longestMs, retryMs * 2 ** (failures - 1)));
	}

	succeeded(what: string): void {
		this.#failures.delete(what);
	}
}

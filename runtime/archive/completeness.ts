/** Since when a store has had everything that was committed then. Pure but for its memory. */
import { contains, type GtidSet } from "../mysql/gtidSet.ts";

interface Seen {
	/** ms since 1970. */
	readonly at: number;
	readonly executed: GtidSet;
}

/**
 * Of what is seen of the instances from time to time, one sight is kept until the store has all of it. So the answer is a bound: the store
 * was complete at that time at least.
 */
export class Completeness {
	#waiting: Seen | null = null;
	#next: Seen | null = null;
	#completeAt: number | null = null;

	/** ms since 1970; null while it was never seen to be complete. */
	get at(): number | null {
		return this.#completeAt;
	}

	/** Whether something was seen that the store did not have when it was last asked. */
	get waits(): boolean {
		return this.#waiting !== null;
	}

	seen(at: number, executed: GtidSet): void {
		this.#next = { at, executed };
		this.#waiting ??= this.#next;
	}

	has(position: GtidSet): void {
		for (const sight of [this.#waiting, this.#next]) {
			if (sight === null || !contains(position, sight.executed)) break;
			this.#completeAt = sight.at;
			this.#waiting = sight === this.#next ? null : this.#next;
		}
	}
}

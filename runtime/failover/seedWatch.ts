/** For how long nothing has come of a restored copy's being put in place, by the leader's monotonic clock. */
import type { Seed } from "./record.ts";

export class SeedWatch {
	#seen = "";
	#since = 0;

	/** @param busy an instance is being copied to: that may take hours, and has a limit of its own */
	stillMs(seed: Seed | undefined, busy: boolean, now: number): number {
		if (seed === undefined || (seed.state !== "copying" && seed.state !== "undoing")) return 0;
		const seen = `${seed.id} ${seed.state} ${seed.steps.length}`;
		if (busy || seen !== this.#seen) {
			this.#seen = seen;
			this.#since = now;
		}
		return now - this.#since;
	}
}

/** What fails in each round is said once in a while, not four times a second. */
import type { Logger } from "pino";
import { LostLeaseError } from "./cancel.ts";
import type { Clock } from "./clock.ts";

const everyMs = 10_000;

export class Complaints {
	readonly #log: Logger;
	readonly #clock: Clock;
	#last = { message: "", until: 0 };

	constructor(log: Logger, clock: Clock) {
		this.#log = log;
		this.#clock = clock;
	}

	say(error: unknown): void {
		const { message } = error as Error;
		const now = this.#clock.now();
		if (message === this.#last.message && now < this.#last.until) return;
		this.#last = { message, until: now + everyMs };
		if (error instanceof LostLeaseError) this.#log.warn(message);
		else this.#log.error({ err: error }, "this round failed; the next one decides anew");
	}
}

/** A clock that stands still until a test moves it. */
import type { Clock } from "../../../runtime/failover/clock.ts";

export class ManualClock implements Clock {
	#now = 0;
	#slept: () => void = () => {};
	#sleepers: { until: number; wake: () => void }[] = [];

	now(): number {
		return this.#now;
	}

	wall(): number {
		return Date.UTC(2026, 0, 1) + this.#now;
	}

	sleep(ms: number): Promise<void> {
		return new Promise((wake) => {
			this.#sleepers.push({ until: this.#now + ms, wake });
			this.#slept();
		});
	}

	/** Resolves when somebody sleeps. */
	asleep(): Promise<void> {
		if (this.#sleepers.length > 0) return Promise.resolve();
		return new Promise((resolve) => {
			this.#slept = resolve;
		});
	}

	pass(ms: number): void {
		this.#now += ms;
		const due = this.#sleepers.filter(({ until }) => until <= this.#now);
		this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now);
		for (const { wake } of due) wake();
	}
}

/**
 * All instances' probers. They run in every watchdog, not in the leader alone: who is elected because the leader was
 * lost together with the primary knows at once what does not answer.
 */
import type { Connect, Login, Target } from "../mysql/session.ts";
import type { Clock } from "./clock.ts";
import type { Observer } from "./observer.ts";
import { Prober, type ProbeTimes } from "./prober.ts";
import type { Health } from "./view.ts";

export interface ProbersOptions {
	readonly facts: { readonly members: readonly string[] };
	readonly probe: ProbeTimes;
	readonly login: Login;
	readonly clock: Clock;
	readonly connect: Connect;
	readonly target: (name: string) => Target | null;
	readonly observer: Pick<Observer, "probed">;
}

/** A watchdog that waits for the lease asks this many times less often. */
const calmer = 4;

export class Probers {
	readonly #probers: ReadonlyMap<string, Prober>;
	#wake: (() => void) | null = null;

	constructor({ facts, probe, login, clock, connect, target, observer }: ProbersOptions) {
		const periodMs = () => (this.#wake === null ? probe.periodMs * calmer : probe.periodMs);
		this.#probers = new Map(
			facts.members.map((name) => [
				name,
				new Prober({
					target: () => target(name),
					login: () => login,
					times: probe,
					periodMs,
					clock,
					connect,
					onChange: () => this.#wake?.(),
					onProbe: (ms, answered) => observer.probed(name, ms, answered),
				}),
			]),
		);
	}

	/** Until `stop`. */
	async run(stop: AbortSignal): Promise<void> {
		const all = [...this.#probers.values()];
		const end = () => {
			for (const prober of all) prober.stop();
		};
		stop.addEventListener("abort", end, { once: true });
		await Promise.all(all.map((prober) => prober.run()));
	}

	/** From now on at the leader's pace, and `wake` is called when a decision could turn on what changed. */
	lead(wake: () => void): void {
		this.#wake = wake;
		this.hurry();
	}

	standBy(): void {
		this.#wake = null;
	}

	health(name: string): Health | null {
		return this.#probers.get(name)?.health() ?? null;
	}

	/** Asks all of them now instead of at the end of the period. */
	hurry(): void {
		for (const prober of this.#probers.values()) prober.hurry();
	}
}

/**
 * How old the data of each instance are at most, by this watchdog's own monotonic clock: whoever has applied all that
 * the primary had when it was asked at some moment shows data of that moment or later. No clock of another machine and
 * no estimate of a server is believed: `Seconds_Behind_Source` is NULL while the receiver is off, and 0 while a
 * receiver that hears nothing has applied all that it got (MySQL manual, "SHOW REPLICA STATUS Statement").
 */
import { contains, type GtidSet } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";
import type { Facts } from "./decide.ts";
import type { ClusterRecord } from "./record.ts";
import type { Health, View } from "./view.ts";

export interface Age {
	/** Milliseconds; where it is not known: since when nothing is known. */
	readonly ms: number;
	readonly known: boolean;
	/** It has all that the primary had when it was last asked, a moment ago. */
	readonly current: boolean;
}

/** What the primary had executed when it was asked. */
interface Sample {
	readonly at: number;
	readonly executed: GtidSet;
}

/** Ten minutes, one a second: older data are simply too old. */
const mostSamples = 600;
const spacingMs = 1000;

export class Freshness {
	readonly #facts: Pick<Facts, "sourceHost">;
	readonly #netTimeoutMs: number;
	readonly #since: number;
	readonly #asOf = new Map<string, number>();
	#samples: Sample[] = [];
	#term = 0;
	#current = new Set<string>();

	/** @param netTimeoutMs `replica_net_timeout`: a receiver that hears nothing for this long is no longer "on" */
	constructor(facts: Pick<Facts, "sourceHost">, netTimeoutMs: number, now: number) {
		this.#facts = facts;
		this.#netTimeoutMs = netTimeoutMs;
		this.#since = now;
	}

	/** Takes in what is seen now. */
	look(view: View, record: ClusterRecord, now: number): void {
		if (record.term !== this.#term) {
			this.#samples = [];
			this.#term = record.term;
		}
		const primary = healthOf(view, record.primary);
		if (primary !== null) this.#sample({ at: now - primary.ageMs, executed: primary.reading.executed });
		this.#current = new Set();
		for (const { name, health } of view.instances) {
			if (health.state !== "readable") continue;
			this.#compare(name, health.reading, primary !== null);
			if (primary === null && this.#hears(health.reading, record)) {
				this.#prove(name, now - health.ageMs - this.#netTimeoutMs);
			}
		}
	}

	/** With what the primary had, the newest first. */
	#compare(name: string, { executed }: Reading, primaryAnswers: boolean): void {
		const found = this.#samples.findLast((sample) => contains(executed, sample.executed));
		if (found === undefined) return;
		this.#prove(name, found.at);
		if (primaryAnswers && found === this.#samples.at(-1)) this.#current.add(name);
	}

	age(name: string, now: number): Age {
		const asOf = this.#asOf.get(name);
		return { ms: now - (asOf ?? this.#since), known: asOf !== undefined, current: this.#current.has(name) };
	}

	#prove(name: string, at: number): void {
		this.#asOf.set(name, Math.max(at, this.#asOf.get(name) ?? Number.NEGATIVE_INFINITY));
	}

	#sample(sample: Sample): void {
		const before = this.#samples.at(-2);
		// The newest one is always there; those before it are a second apart.
		if (before !== undefined && sample.at - before.at < spacingMs) this.#samples.pop();
		this.#samples.push(sample);
		if (this.#samples.length > mostSamples) this.#samples.shift();
	}

	/**
	 * Where only the watchdog cannot reach the primary: the receiver does. It would have given up after
	 * `replica_net_timeout` without data or heartbeat (MySQL manual, "Replica Server Options and Variables").
	 */
	#hears({ receiver, applier, executed, retrieved }: Reading, record: ClusterRecord): boolean {
		const source = this.#facts.sourceHost(record.primary);
		const connected = receiver?.state === "on" && receiver.source === source;
		return connected && applier?.running === true && contains(executed, retrieved);
	}
}

function healthOf(view: View, name: string): Extract<Health, { state: "readable" }> | null {
	const health = view.instances.find((i) => i.name === name)?.health;
	return health?.state === "readable" ? health : null;
}

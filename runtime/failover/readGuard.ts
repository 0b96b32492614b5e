/** Keeps the label by which mysql-replicas selects those replicas whose data are fresh enough. */
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { ClusterStore } from "./clusterStore.ts";
import type { Facts } from "./decide.ts";
import { type Age, Freshness } from "./freshness.ts";
import type { Pods } from "./pods.ts";
import { mayServe } from "./readers.ts";
import type { ClusterRecord } from "./record.ts";
import { Retry } from "./retry.ts";
import { roles } from "./roles.ts";
import type { View } from "./view.ts";

/** What the plan says of reads; milliseconds. */
export interface ReadLimits {
	/** Older data are not served. */
	readonly lagLimitMs: number;
	/** `replica_net_timeout` of the instances. */
	readonly netTimeoutMs: number;
}

export interface ReadGuardOptions {
	readonly facts: Facts;
	readonly limits: ReadLimits;
	readonly store: Pick<ClusterStore, "markReads">;
	readonly pods: Pick<Pods, "database">;
	readonly clock: Clock;
	readonly log: Logger;
}

/** What is known of one replica's data, and whether it serves them. */
export interface Reads extends Age {
	readonly serves: boolean;
}

export class ReadGuard {
	readonly #options: ReadGuardOptions;
	readonly #freshness: Freshness;
	readonly #retry: Retry;
	#reads: ReadonlyMap<string, Reads> = new Map();
	#served = true;

	constructor(options: ReadGuardOptions) {
		this.#options = options;
		const { facts, limits, clock } = options;
		this.#freshness = new Freshness(facts, limits.netTimeoutMs, clock.now());
		this.#retry = new Retry(clock);
	}

	/** By name, of all instances but the primary. */
	get reads(): ReadonlyMap<string, Reads> {
		return this.#reads;
	}

	/** False when mysql-replicas leads nowhere. */
	get served(): boolean {
		return this.#served;
	}

	round(view: View, record: ClusterRecord | null): void {
		if (record === null) return;
		const { clock, limits } = this.#options;
		const now = clock.now();
		this.#freshness.look(view, record, now);
		const others = view.instances.filter(({ name }) => name !== record.primary);
		this.#reads = new Map(
			others.map(({ name }) => {
				const age = this.#freshness.age(name, now);
				return [name, { ...age, serves: mayServe(this.#label(name) === "true", age, limits.lagLimitMs) }];
			}),
		);
		const role = roles(view, record);
		this.#served = others.some(({ name }) => role.get(name) === "replica" && this.#reads.get(name)?.serves);
		for (const { name, address } of others) if (address !== null) this.#mark(name);
	}

	#mark(name: string): void {
		const { store, log } = this.#options;
		const { serves = false, ms = 0 } = this.#reads.get(name) ?? {};
		if (this.#label(name) === String(serves) || !this.#retry.due(name)) return;
		const why = serves ? "serves reads again" : "serves no reads";
		log.info(`${name} ${why}: its data are ${(ms / 1000).toFixed(1)} s old`);
		store.markReads(name, serves).catch((err) => log.warn({ err }, `${name} could not be labelled`));
	}

	#label(name: string): string | null {
		return this.#options.pods.database().get(name)?.reads ?? null;
	}
}

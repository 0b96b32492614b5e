/** What the leader does beside its decisions' actions: repairs, one an instance, and the role labels. */
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { ClusterStore } from "./clusterStore.ts";
import type { Operation } from "./operation.ts";
import { repairInstance } from "./perform.ts";
import type { RebuildAccess } from "./rebuildAct.ts";
import type { ClusterRecord } from "./record.ts";
import type { Repair } from "./repair.ts";
import { Retry } from "./retry.ts";
import { roles } from "./roles.ts";
import type { View } from "./view.ts";

export interface UpkeepOptions {
	readonly access: RebuildAccess;
	readonly store: ClusterStore;
	readonly log: Logger;
	readonly clock: Clock;
	/** A repair ended: there is something new to decide on. */
	readonly onEnd: () => void;
}

export class Upkeep {
	readonly #options: UpkeepOptions;
	readonly #busy = new Map<string, string>();
	readonly #retry: Retry;

	constructor(options: UpkeepOptions) {
		this.#options = options;
		this.#retry = new Retry(options.clock);
	}

	/** The repair that is under way on an instance. */
	busy(name: string): string | null {
		return this.#busy.get(name) ?? null;
	}

	/**
	 * A rebuild runs beside the rounds: a copy of a large database takes a while. All else is waited
	 * for: a receiver that a late repair started could acknowledge after a failover had revoked it.
	 */
	async repair(operation: Operation, repairs: readonly Repair[]): Promise<void> {
		const started = repairs
			.filter((repair) => this.#retry.due(`repair ${repair.name}`))
			.map((repair) => ({ repair, work: this.#one(operation, repair) }));
		await Promise.all(started.filter(({ repair }) => repair.do !== "rebuild").map(({ work }) => work));
	}

	async #one(operation: Operation, repair: Repair): Promise<void> {
		this.#busy.set(repair.name, repair.do);
		try {
			await repairInstance(operation, this.#options.access, repair);
		} catch (error) {
			this.#options.log.warn({ err: error, repair }, "a repair failed and is tried again");
		} finally {
			this.#busy.delete(repair.name);
			this.#options.onEnd();
		}
	}

	/** Labels follow what is seen; nothing depends on their being there at once. */
	label(view: View, record: ClusterRecord | null): void {
		const wanted = roles(view, record);
		for (const { name, label, address } of view.instances) {
			const role = wanted.get(name);
			if (role === undefined || role === label || address === null || !this.#retry.due(`label ${name}`)) continue;
			this.#options.store
				.label(name, role)
				.catch((error) => this.#options.log.warn({ err: error }, `${name} could not be labelled`));
		}
	}
}

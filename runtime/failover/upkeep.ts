/** What the leader does beside its decisions' actions: repairs, one an instance, and the role labels. */
import type { Logger } from "pino";
import type { TendedAlert } from "./alerts.ts";
import type { Clock } from "./clock.ts";
import type { ClusterStore } from "./clusterStore.ts";
import type { Facts } from "./decide.ts";
import { type Observer, workOfRepair } from "./observer.ts";
import type { Operation } from "./operation.ts";
import { repairInstance } from "./perform.ts";
import type { Pods } from "./pods.ts";
import { ReadGuard, type ReadLimits, type Reads } from "./readGuard.ts";
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
	readonly facts: Facts;
	readonly pods: Pick<Pods, "database">;
	readonly reads: ReadLimits;
	readonly observer: Observer;
}

export class Upkeep {
	readonly #options: UpkeepOptions;
	readonly #busy = new Map<string, string>();
	readonly #retry: Retry;
	readonly #guard: ReadGuard;

	constructor(options: UpkeepOptions) {
		this.#options = options;
		this.#guard = new ReadGuard({ ...options, limits: options.reads });
		this.#retry = new Retry(options.clock);
	}

	/** Of each instance but the primary: how old its data are, and whether it serves them. */
	get reads(): ReadonlyMap<string, Reads> {
		return this.#guard.reads;
	}

	get alerts(): readonly TendedAlert[] {
		return this.#guard.served ? [] : ["noFreshReplica"];
	}

	/** The repair that is under way on an instance. */
	busy(name: string): string | null {
		return this.#busy.get(name) ?? null;
	}

	/**
	 * What copies runs beside the rounds: with a large database it takes a while. All else is waited
	 * for: a receiver that a late repair started could acknowledge after a failover had revoked it.
	 */
	async repair(operation: Operation, repairs: readonly Repair[]): Promise<void> {
		const started = repairs
			.filter((repair) => this.#retry.due(`repair ${repair.name}`))
			.map((repair) => ({ repair, work: this.#one(operation, repair) }));
		await Promise.all(started.filter(({ repair }) => !copies(repair)).map(({ work }) => work));
	}

	async #one(operation: Operation, repair: Repair): Promise<void> {
		const what = `repair ${repair.name}`;
		this.#busy.set(repair.name, repair.do);
		try {
			const { access, observer } = this.#options;
			await observer.work(workOfRepair(repair), () => repairInstance(operation, access, repair));
			this.#retry.succeeded(what);
		} catch (error) {
			this.#options.log.warn({ err: error, repair }, "a repair failed and is tried again");
			// A copy of a large database is not begun anew each second; all else costs little and is urgent.
			if (copies(repair)) this.#retry.failed(what);
		} finally {
			this.#busy.delete(repair.name);
			this.#options.onEnd();
		}
	}

	/** Labels follow what is seen; nothing depends on their being there at once. */
	label(view: View, record: ClusterRecord | null): void {
		this.#guard.round(view, record);
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

const copies = (repair: Repair) => repair.do === "rebuild" || repair.do === "copy";

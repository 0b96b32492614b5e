/** Sees to it that the report of each change of the primary is in every store, whoever led it and whenever a store was away. */
import type { Logger } from "pino";
import type { ObjectStore } from "../store/objectStore.ts";
import type { TendedAlert } from "./alerts.ts";
import { changeReport, type Reporter, reportKey } from "./changeReport.ts";
import type { Clock } from "./clock.ts";
import type { ClusterRecord } from "./record.ts";

export interface ReportKeeperOptions {
	readonly stores: readonly ObjectStore[];
	readonly clock: Clock;
	readonly log: Logger;
	readonly onStored: (store: string, outcome: "written" | "present" | "failed") => void;
}

interface Pending {
	readonly key: string;
	readonly body: Buffer;
	readonly since: number;
	readonly missing: Set<ObjectStore>;
}

/** A store that failed is asked again. */
const retryMs = 10_000;
/** A report that waits for longer is told. */
const lateMs = 60_000;
/** As many changes as nobody should see while a store is away; the oldest goes first. */
const mostPending = 100;

export class ReportKeeper {
	readonly #options: ReportKeeperOptions;
	readonly #known = new Set<string>();
	#pending: Pending[] = [];
	#writing: Promise<void> | null = null;

	constructor(options: ReportKeeperOptions) {
		this.#options = options;
	}

	/** Reports that are not in every store yet. */
	get pending(): number {
		return this.#pending.length;
	}

	get alerts(): readonly TendedAlert[] {
		const now = this.#options.clock.now();
		return this.#pending.some(({ since }) => now - since > lateMs) ? ["evidenceUnstored"] : [];
	}

	/**
	 * Each round that is no act's. What was written before stays: a report is written once.
	 * @param settled the primary is open and reached: a change that its leader left half-way is complete now
	 */
	consider(record: ClusterRecord | null, settled: boolean, by: () => Reporter): void {
		const change = record?.lastChange;
		if (record === null || change === undefined || this.#options.stores.length === 0) return;
		const key = reportKey(record, change);
		if (!this.#known.has(key) && (change.finishedAt !== null || settled)) {
			this.#known.add(key);
			const text = `${JSON.stringify(changeReport(record, change, by()), null, "\t")}\n`;
			const missing = new Set(this.#options.stores);
			this.#pending.push({ key, body: Buffer.from(text), since: this.#options.clock.now(), missing });
			this.#pending = this.#pending.slice(-mostPending);
		}
		this.#writing ??= this.#writeAll().finally(() => {
			this.#writing = null;
		});
	}

	/** Resolves when every report is in every store. */
	async settled(): Promise<void> {
		await this.#writing;
	}

	/** Also while another leads: what is written once may be written by anybody. */
	async #writeAll(): Promise<void> {
		const { stores, clock } = this.#options;
		while (this.#pending.length > 0) {
			const reports = [...this.#pending];
			await Promise.all(stores.map((store) => this.#writeTo(store, reports)));
			this.#pending = this.#pending.filter(({ missing }) => missing.size > 0);
			if (this.#pending.length > 0) await clock.sleep(retryMs);
		}
	}

	/** In their order; a store that fails once is left alone until the next try. */
	async #writeTo(store: ObjectStore, reports: readonly Pending[]): Promise<void> {
		const { log, onStored } = this.#options;
		for (const { key, body, missing } of reports) {
			if (!missing.has(store)) continue;
			try {
				const outcome = await store.put(key, body, "once");
				missing.delete(store);
				onStored(store.name, outcome);
				log.info(`${store.name}: ${key} is ${outcome}`);
			} catch (err) {
				onStored(store.name, "failed");
				log.warn({ err }, `${store.name}: ${key} could not be written and is tried again`);
				return;
			}
		}
	}
}

/** What Prometheus reads from the archiver. */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type KeptAlert, keptAlertNames } from "../failover/alerts.ts";
import type { ArchiveStatus } from "./archiveStatus.ts";

/** Seconds: around the flush interval, and the outages of a store. */
const buckets = [0.5, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 30, 60, 300, 1800, 7200, 86_400];

export class ArchiveMetrics {
	readonly registry = new Registry();
	readonly #seconds: Histogram;

	/**
	 * @param status null while there is none
	 * @param more alerts of what else the process looks after
	 */
	constructor(status: () => ArchiveStatus | null, more: () => readonly KeptAlert[]) {
		const registers = [this.registry];
		collectDefaultMetrics({ register: this.registry });
		this.#seconds = new Histogram({
			name: "mysql_dr_archive_seconds",
			help: "From a transaction's commit until a store had it; store all: until every store had it",
			labelNames: ["store"],
			...{ buckets, registers },
		});
		const gauge = (name: string, help: string, value: (s: ArchiveStatus) => number | null) => {
			const made: Gauge = new Gauge({
				...{ name: `mysql_dr_archive_${name}`, help, registers },
				collect() {
					const now = status();
					const known = now === null ? null : value(now);
					if (known === null) made.remove();
					else made.set(known);
				},
			});
		};
		gauge("lag_seconds", "Since when the store that is furthest behind lacks something", (s) => s.lagSeconds);
		gauge("segments", "Number of the last segment", (s) => s.segments);
		gauge("spool_bytes", "What waits on the archiver's volume", (s) => s.spoolBytes);
		gauge("provisional", "1 while what was archived last is confirmed by no replica", (s) => (s.provisional ? 1 : 0));
		this.#ofStores(status);
		this.#alerts(status, more);
	}

	/** @param store null: all of them */
	archived(store: string | null, commits: readonly number[]): void {
		const now = Date.now() / 1000;
		for (const commit of commits) this.#seconds.observe({ store: store ?? "all" }, Math.max(0, now - commit / 1e6));
	}

	#ofStores(status: () => ArchiveStatus | null): void {
		const made: Gauge = new Gauge({
			name: "mysql_dr_archive_store_pending_bytes",
			help: "What waits for a store in the spool",
			labelNames: ["store"],
			registers: [this.registry],
			collect() {
				made.reset();
				for (const { name, pendingBytes } of status()?.stores ?? []) made.set({ store: name }, pendingBytes);
			},
		});
	}

	#alerts(status: () => ArchiveStatus | null, more: () => readonly KeptAlert[]): void {
		const made: Gauge = new Gauge({
			name: "mysql_dr_kept_alert",
			help: "1 while the archiver sees this condition, else 0",
			labelNames: ["alert"],
			registers: [this.registry],
			collect() {
				const there = new Set<KeptAlert>([...(status()?.alerts ?? []), ...more()]);
				for (const alert of keptAlertNames) made.set({ alert }, there.has(alert) ? 1 : 0);
			},
		});
	}
}

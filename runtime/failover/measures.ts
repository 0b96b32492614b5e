/** Counters and histograms of what a watchdog did, by Prometheus' naming convention. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Phase, Work } from "./observer.ts";
import { type Outcome, outcomes } from "./outcome.ts";

const changes = ["bootstrap", "failover", "switchover"] as const;
const repairs = ["rebuild", "refetch", "follow", "fence", "settle", "admit", "replaceVolume", "renewVolume"] as const;

const prefix = "mysql_dr_";
/** Seconds: from a step's round trip to a failover that had to wait. */
const changeBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];
const rebuildBuckets = [1, 5, 15, 60, 300, 900, 3600, 4 * 3600];
const probeBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];

export class Measures {
	readonly #changes: Counter;
	readonly #changeSeconds: Histogram;
	readonly #stepSeconds: Histogram;
	readonly #repairs: Counter;
	readonly #rebuildSeconds: Histogram;
	readonly #downtime: Gauge;
	readonly #elections: Counter;
	readonly #probeSeconds: Histogram;
	readonly #probeFailures: Counter;
	readonly #eventsLost: Counter;
	readonly #storeWrites: Counter;

	constructor(registry: Registry) {
		const registers = [registry];
		const counter = (name: string, help: string, labelNames: string[] = []) =>
			new Counter({ name: `${prefix}${name}`, help, labelNames, registers });
		const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
			new Histogram({ name: `${prefix}${name}`, help, labelNames, buckets, registers });
		this.#changes = counter("changes_total", "Changes of the primary that ended", ["kind", "outcome"]);
		this.#changeSeconds = histogram("change_duration_seconds", "Whole changes that were done", ["kind"], changeBuckets);
		const steps = "Steps of changes of the primary, each since the one before it";
		this.#stepSeconds = histogram("change_step_duration_seconds", steps, ["kind", "step"], changeBuckets);
		this.#repairs = counter("repairs_total", "Repairs of instances that ended", ["repair", "outcome"]);
		this.#rebuildSeconds = histogram("rebuild_duration_seconds", "Rebuilds that were done", [], rebuildBuckets);
		this.#downtime = new Gauge({
			name: `${prefix}last_change_downtime_seconds`,
			help: "From when the primary was last seen open until the clients were moved, in the last change of each kind",
			labelNames: ["kind"],
			registers,
		});
		this.#elections = counter("lease_acquired_total", "How often this watchdog began to lead");
		this.#probeSeconds = histogram("probe_duration_seconds", "Answered probes", ["instance"], probeBuckets);
		this.#probeFailures = counter("probe_failures_total", "Probes without an answer for us", ["instance"]);
		this.#eventsLost = counter("events_lost_total", "Kubernetes Events that could not be written");
		this.#storeWrites = counter("store_writes_total", "Attempts to write evidence to a store", ["store", "outcome"]);
		for (const outcome of outcomes) {
			for (const kind of changes) this.#changes.inc({ kind, outcome }, 0);
			for (const repair of repairs) this.#repairs.inc({ repair, outcome }, 0);
		}
	}

	ended({ kind }: Work, outcome: Outcome, seconds: number): void {
		if (isOneOf(changes, kind)) {
			this.#changes.inc({ kind, outcome });
			if (outcome === "done") this.#changeSeconds.observe({ kind }, seconds);
		}
		if (isOneOf(repairs, kind)) this.#repairs.inc({ repair: kind, outcome });
		if (kind === "rebuild" && outcome === "done") this.#rebuildSeconds.observe(seconds);
	}

	step(kind: string, step: Phase, seconds: number): void {
		this.#stepSeconds.observe({ kind, step }, seconds);
	}

	downtime(kind: string, seconds: number): void {
		this.#downtime.set({ kind }, seconds);
	}

	elected(): void {
		this.#elections.inc();
	}

	probed(instance: string, seconds: number, answered: boolean): void {
		if (answered) this.#probeSeconds.observe({ instance }, seconds);
		else this.#probeFailures.inc({ instance });
	}

	eventLost(): void {
		this.#eventsLost.inc();
	}

	stored(store: string, outcome: "written" | "present" | "failed"): void {
		this.#storeWrites.inc({ store, outcome });
	}
}

function isOneOf(known: readonly string[], kind: string): boolean {
	return known.includes(kind);
}

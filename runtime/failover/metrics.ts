/** What Prometheus reads from a watchdog of what it sees: taken from its view at the time of the scrape. */
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { alertNames } from "./alerts.ts";
import type { Status } from "./status.ts";
import type { View } from "./view.ts";

/** What the leader sees. */
export interface Seen {
	readonly status: Status;
	readonly view: View;
	/** Reports that wait for a store. */
	readonly reportsPending: number;
}

/** @param seen null when another watchdog leads */
export function metrics(seen: () => Seen | null, leading: () => boolean): Registry {
	const registry = new Registry();
	collectDefaultMetrics({ register: registry });
	const gauge = (name: string, help: string, set: (g: Gauge, s: Seen) => void, labelNames: string[] = []) => {
		const made: Gauge = new Gauge({
			name: `mysql_dr_${name}`,
			help,
			labelNames,
			registers: [registry],
			collect() {
				made.reset();
				const now = seen();
				if (now !== null) set(made, now);
				// Without labels a reset gauge would say 0: of a watchdog that does not lead that is not true.
				else if (labelNames.length === 0) made.remove();
			},
		});
	};
	new Gauge({
		name: "mysql_dr_leader",
		help: "1 on the watchdog that holds the lease",
		registers: [registry],
		collect() {
			this.set(leading() ? 1 : 0);
		},
	});
	gauge("term", "Term of the current primary", (g, { status }) => g.set(status.term ?? 0));
	gauge("protected", "1 when one more failure loses no acknowledged write", (g, { status }) =>
		g.set(status.protected ? 1 : 0),
	);
	gauge("paused", "1 while an operator has told the watchdog to change nothing", (g, { status }) =>
		g.set((status.alerts as readonly string[]).includes("paused") ? 1 : 0),
	);
	gauge("reports_pending", "Failover reports that are not in every store yet", (g, s) => g.set(s.reportsPending));
	ofInstances(gauge);
	ofPrimary(gauge);
	gauge(
		"alert",
		"1 while the watchdog sees this condition, else 0",
		(g, { status }) => {
			for (const alert of alertNames) g.set({ alert }, status.alerts.includes(alert) ? 1 : 0);
		},
		["alert"],
	);
	return registry;
}

type Declare = (name: string, help: string, set: (g: Gauge, s: Seen) => void, labelNames?: string[]) => void;

function ofInstances(gauge: Declare): void {
	gauge(
		"instance_ready",
		"1 when the instance fills its role",
		(g, { status }) => {
			for (const i of status.instances) g.set({ instance: i.name, role: i.role }, i.ready ? 1 : 0);
		},
		["instance", "role"],
	);
	gauge(
		"instance_lag_seconds",
		"How old an instance's data are at most",
		(g, { status }) => {
			for (const i of status.instances) if (i.lagSeconds !== null) g.set({ instance: i.name }, i.lagSeconds);
		},
		["instance"],
	);
	gauge(
		"volume_bytes",
		"What the instance's claim has",
		(g, { view }) => {
			for (const { name, volume } of view.instances) if (volume?.size) g.set({ instance: name }, volume.size.capacity);
		},
		["instance"],
	);
	gauge(
		"volume_used_ratio",
		"The part of the instance's file system that is in use",
		(g, { view }) => {
			for (const { name, volume } of view.instances) {
				const used = volume?.size?.usedShare ?? null;
				if (used !== null) g.set({ instance: name }, used);
			}
		},
		["instance"],
	);
	gauge(
		"instance_serves_reads",
		"1 when a replica's data are fresh enough for mysql-replicas",
		(g, { status }) => {
			for (const i of status.instances) if (i.reads !== null) g.set({ instance: i.name }, i.reads ? 1 : 0);
		},
		["instance"],
	);
}

function ofPrimary(gauge: Declare): void {
	const primary = ({ status, view }: Seen) => {
		const health = view.instances.find(({ name }) => name === status.primary)?.health;
		return health?.state === "readable" ? health.reading : null;
	};
	gauge("ackers", "Replicas that acknowledge the primary's commits", (g, s) => set(g, primary(s)?.ackers));
	gauge("waiting_commits", "Sessions whose commit waits for an acknowledgement", (g, s) =>
		set(g, primary(s)?.waitingCommits),
	);
}

/** What is not known is not told. */
function set(gauge: Gauge, value: number | undefined): void {
	if (value === undefined) gauge.remove();
	else gauge.set(value);
}

/** What Prometheus reads from a watchdog. Values are taken from the status at the time of the scrape. */
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Status } from "./status.ts";

export function metrics(status: () => Status | null, leading: () => boolean): Registry {
	const registry = new Registry();
	collectDefaultMetrics({ register: registry });
	const gauge = (name: string, help: string, set: (g: Gauge, s: Status) => void, labelNames: string[] = []) => {
		const made: Gauge = new Gauge({
			name: `mysql_dr_${name}`,
			help,
			labelNames,
			registers: [registry],
			collect() {
				made.reset();
				const now = status();
				if (now !== null) set(made, now);
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
	gauge("term", "Term of the current primary", (g, s) => g.set(s.term ?? 0));
	gauge("protected", "1 when one more failure loses no acknowledged write", (g, s) => g.set(s.protected ? 1 : 0));
	gauge(
		"instance_ready",
		"1 when the instance fills its role",
		(g, s) => {
			for (const i of s.instances) g.set({ instance: i.name, role: i.role }, i.ready ? 1 : 0);
		},
		["instance", "role"],
	);
	gauge(
		"instance_lag_seconds",
		"Seconds behind the primary",
		(g, s) => {
			for (const i of s.instances) if (i.lagSeconds !== null) g.set({ instance: i.name }, i.lagSeconds);
		},
		["instance"],
	);
	gauge(
		"alert",
		"1 while the watchdog sees this condition",
		(g, s) => {
			for (const alert of s.alerts) g.set({ alert }, 1);
		},
		["alert"],
	);
	return registry;
}

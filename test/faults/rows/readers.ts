/** Rows about what others see of it: who may be read, and what is told. */
import { until } from "../../../local/site/waiting.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { holdApplier } from "../bench/rootSession.ts";
import { budget, settings } from "../bench/settings.ts";
import type { Stage } from "../stage.ts";
import type { Row } from "./row.ts";

/** Seconds: the limit, and as much again for a busy machine. */
const patience = (settings.plan.readLagLimit / 1000) * 2 + 20;

export const readers: readonly Row[] = [
	{
		row: "L1",
		title: "a replica whose applier stands still leaves the readers and comes back; with both behind nobody is read",
		budget: null,
		async run(stage) {
			const [one, other] = stage.replicas;
			await serving(stage, one, "true");
			const release = await holdApplier(stage.bench, one);
			const releases = [release];
			try {
				await stage.ledger.more(20);
				await serving(stage, one, "false");
				stage.holds((await label(stage, other)) === "true", `${other.name} left although it keeps up`);
				releases.push(await holdApplier(stage.bench, other));
				await stage.ledger.more(20);
				await stage.alert("noFreshReplica");
				await serving(stage, other, "false");
			} finally {
				for (const end of releases) end();
			}
			await serving(stage, one, "true");
			await serving(stage, other, "true");
			const status = await stage.bench.status();
			stage.holds(!status?.alerts.includes("noFreshReplica"), "the alert stays although both serve");
		},
	},
	{
		row: "L2",
		title: "a failover is told: events on what people describe, counters, and who led it",
		budget: budget("pod"),
		async run(stage) {
			stage.fault();
			await stage.primary.killForGood();
			await stage.promoted();
			const reasons = ["FailoverBegun", "FailoverStep", "FailoverDone"];
			await until("events of the failover", 30, async () => {
				const { items } = await stage.bench.core.listNamespacedEvent({ namespace: settings.namespace });
				return reasons.every((reason) => items.some((event) => event.reason === reason));
			});
			const record = await stage.bench.record();
			const { leader, lastOpenAt, finishedAt } = record?.lastChange ?? {};
			stage.holds(
				leader !== undefined && lastOpenAt !== undefined,
				"the record does not say who led it and since when",
			);
			stage.holds(finishedAt !== null, "the change is not finished");
			const watchdog = stage.bench.watchdogs.find(({ name }) => name === leader);
			const metrics = await fetch(`http://${watchdog?.machine.address}:8080/metrics`);
			const text = await metrics.text();
			for (const line of [
				/^mysql_dr_changes_total\{kind="failover",outcome="done"\} [1-9]/m,
				/^mysql_dr_change_step_duration_seconds_count\{kind="failover",step="publish"\} [1-9]/m,
				/^mysql_dr_last_change_downtime_seconds\{kind="failover"\} [\d.]+$/m,
				/^mysql_dr_probe_duration_seconds_count\{instance="mysql-0"\} [1-9]/m,
			])
				stage.holds(line.test(text), `the metrics have no ${line.source}`);
		},
	},
];

async function label({ bench }: Stage, { name }: DatabaseInstance): Promise<string | undefined> {
	const pod = await bench.core.readNamespacedPod({ name, namespace: settings.namespace });
	return pod.metadata?.labels?.["mysql-dr/reads"];
}

async function serving(stage: Stage, instance: DatabaseInstance, wanted: "true" | "false"): Promise<void> {
	await until(`${instance.name}: reads ${wanted}`, patience, async () => (await label(stage, instance)) === wanted);
}

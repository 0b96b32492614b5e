/** Rows about what counts as history: data lost, transactions that never were, changes asked for. */
import { until } from "../../../local/site/waiting.ts";
import type { Bench } from "../bench/bench.ts";
import { namespace } from "../bench/controlPlane.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { asRoot } from "../bench/rootSession.ts";
import { budget, settings } from "../bench/settings.ts";
import { askForSwitchover } from "../bench/switchover.ts";
import type { Stage } from "../stage.ts";
import { openDrill } from "../workload/ledger.ts";
import type { Row } from "./row.ts";

const pod = budget("pod");
const drainSeconds = settings.plan.failover.drainLimit / 1000;

export const histories: readonly Row[] = [
	{
		row: "19a",
		title: "errant transaction on a replica: saved, rebuilt",
		budget: 1,
		async run(stage) {
			const [errant] = stage.replicas;
			stage.fault();
			await goAstray(stage.bench, errant);
			await until("the surplus is saved", 30, () => surplusOf(stage.bench, errant.name));
			await stage.sameTermFor(1);
		},
	},
	{
		row: "19b",
		title: "errant transaction on a replica, then the primary dies: the errant one is never chosen",
		budget: null,
		async run(stage) {
			const [errant] = stage.replicas;
			for (const each of stage.bench.watchdogs) each.signal("SIGSTOP");
			await goAstray(stage.bench, errant);
			await stage.primary.killForGood();
			stage.fault();
			for (const each of stage.bench.watchdogs) each.signal("SIGCONT");
			const { primary } = await stage.newTerm();
			stage.holds(primary !== errant.name, `${errant.name} was promoted with its errant transaction`);
		},
	},
	{
		row: "26a",
		title: "primary's data directory lost: another takes over, it is rebuilt",
		budget: pod,
		async run(stage) {
			stage.fault();
			await stage.primary.stop();
			await stage.primary.loseData();
			await stage.primary.boot();
			await stage.promoted();
		},
	},
	{
		row: "26b",
		title: "primary back with an empty data directory before anybody looked: never taken for truth",
		budget: null,
		async run(stage) {
			for (const each of stage.bench.watchdogs) each.signal("SIGSTOP");
			stage.fault();
			await stage.primary.stop();
			await stage.primary.loseData();
			await stage.primary.boot();
			await until("it answers", 30, async () => (await asRoot(stage.bench, stage.primary, ["SELECT 1"])).length > 0);
			for (const each of stage.bench.watchdogs) each.signal("SIGCONT");
			const chosen = await stage.promoted();
			stage.holds(chosen !== stage.primary, "the empty instance was promoted");
		},
	},
	{
		row: "27a",
		title: "switchover asked for",
		budget: 1,
		run: switchOver,
	},
	{
		row: "27c",
		title: "switchover asked for, seen by clients that ask every instance themselves",
		budget: 1,
		asking: true,
		run: switchOver,
	},
	{
		row: "27b",
		title: "switchover under a long statement: bounded, undone if it cannot finish",
		budget: drainSeconds + 2,
		async run(stage) {
			const session = await openDrill(stage.bench, stage.primary.name);
			const [[connection]] = (await session.run("SELECT CONNECTION_ID() AS id", 2000)) as [[{ id: string }]];
			try {
				const long = session.run("INSERT INTO mysql_dr_drill.ledger SELECT 1000000000 + SLEEP(300)", 300_000);
				long.catch(() => {});
				stage.fault();
				const answer = await askForSwitchover(stage.bench, stage.replicas[0].name);
				const record = await stage.bench.record();
				stage.holds(answer.state === "done" || record?.term === stage.term, "refused, but the primary changed");
				await stage.ledger.more(20);
			} finally {
				// The server would go on with the statement of a client that left.
				await asRoot(stage.bench, stage.primary, [`KILL ${connection.id}`]);
				session.close();
			}
		},
	},
];

async function switchOver(stage: Stage): Promise<void> {
	stage.fault();
	const answer = await askForSwitchover(stage.bench, stage.replicas[0].name);
	stage.holds(answer.state === "done", answer.message);
	await stage.promoted();
}

/** A transaction of its own, as somebody makes it who forgets where he is logged in. */
async function goAstray(bench: Bench, replica: DatabaseInstance): Promise<void> {
	await asRoot(bench, replica, [
		"SET GLOBAL super_read_only = OFF",
		"CREATE DATABASE IF NOT EXISTS never_happened",
		"SET GLOBAL super_read_only = ON",
	]);
}

async function surplusOf(bench: Bench, name: string): Promise<boolean> {
	const { items } = await bench.core.listNamespacedSecret({ namespace, labelSelector: "mysql-dr/surplus=true" });
	return items.some(({ metadata }) => metadata?.name?.includes(name));
}

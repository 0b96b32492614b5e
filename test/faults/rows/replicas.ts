/** Rows about replicas that are behind, or gone: who may be chosen, and what waits. */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../local/site/waiting.ts";
import { cutBoth } from "../bench/network.ts";
import { asRoot, hasUnapplied, holdApplier } from "../bench/rootSession.ts";
import { budget } from "../bench/settings.ts";
import type { Stage } from "../stage.ts";
import { writers } from "../workload/ledger.ts";
import { failoverSteps, Steps } from "../workload/steps.ts";
import type { Row } from "./row.ts";

const pod = budget("pod");
const [, , chose] = failoverSteps;

export const replicas: readonly Row[] = [
	{
		row: "20",
		title: "primary dies while one replica is merely ahead of the other: neither counts as errant",
		budget: pod,
		async run(stage) {
			const { behind, steps } = await aheadIsPromoted(stage, 60);
			const roles = await rolesUntilReady(stage, behind.name);
			stage.holds(!roles.has("fenced"), `${behind.name} was fenced although it holds nothing of its own`);
			stage.holds(!(await steps.said(/ is cloned from /)), "an instance was rebuilt that was merely behind");
		},
	},
	{
		row: "21a",
		title: "the best candidate's applier is far behind: its promotion waits until all is applied",
		budget: null,
		async run(stage) {
			const [best, behind] = stage.replicas;
			await cutBoth(stage.primary.machine, behind.machine);
			const release = await holdApplier(stage.bench, best);
			try {
				await stage.ledger.more(200);
				const steps = await Steps.fromNow(stage.bench);
				stage.fault();
				await stage.primary.killForGood();
				await steps.reached(chose);
				await stage.sameTermFor(3);
				stage.holds(await hasUnapplied(stage.bench, best), `${best.name} has applied what was held back`);
			} finally {
				release();
			}
			await isPromoted(stage, best);
		},
	},
	{
		row: "21b",
		title: "the appliers of both replicas stand still when the primary dies: they are started and finish first",
		budget: null,
		async run(stage) {
			const { bench, ledger, primary } = stage;
			for (const each of bench.watchdogs) each.signal("SIGSTOP");
			for (const each of stage.replicas) await asRoot(bench, each, ["STOP REPLICA SQL_THREAD"]);
			await ledger.more(100);
			await primary.killForGood();
			stage.fault();
			for (const each of bench.watchdogs) each.signal("SIGCONT");
			await stage.promoted();
		},
	},
	{
		row: "21c",
		title: "the other replica lacks much of what the candidate has: it fetches that before it syncs",
		budget: pod,
		async run(stage) {
			const { behind, steps } = await aheadIsPromoted(stage, 1500);
			const fetched = new RegExp(`${behind.name} has fetched what it lacked`);
			stage.holds(await steps.said(fetched), `${behind.name} synced each event of what it lacked`);
		},
	},
	{
		row: "23a",
		title: "both replicas dead: writes wait, an alert says so, they go on when one is back",
		budget: null,
		async run(stage) {
			const [one, other] = stage.replicas;
			stage.fault();
			await Promise.all([one.killForGood(), other.killForGood()]);
			await stage.alert("tooFewAckers");
			await nothingAcknowledgedFor(stage, 3);
			await one.release();
			await stage.ledger.more(20);
			await stage.sameTermFor(1);
		},
	},
	{
		row: "23b",
		title: "the receivers of both replicas stopped: writes wait until the watchdog starts them",
		budget: null,
		async run(stage) {
			const { bench, ledger } = stage;
			for (const each of bench.watchdogs) each.signal("SIGSTOP");
			stage.fault();
			for (const each of stage.replicas) await asRoot(bench, each, ["STOP REPLICA IO_THREAD"]);
			await nothingAcknowledgedFor(stage, 3);
			for (const each of bench.watchdogs) each.signal("SIGCONT");
			await ledger.more(20);
		},
	},
];

/** The primary dies when one replica alone has acknowledged that many writes. @returns the other one, and what is said from then on */
async function aheadIsPromoted(stage: Stage, writes: number) {
	const [ahead, behind] = stage.replicas;
	await cutBoth(stage.primary.machine, behind.machine);
	await stage.ledger.more(writes);
	const steps = await Steps.fromNow(stage.bench);
	stage.fault();
	await stage.primary.killForGood();
	await isPromoted(stage, ahead);
	return { behind, steps };
}

/** The only one that had acknowledged the last writes. */
async function isPromoted(stage: Stage, ahead: Stage["primary"]): Promise<void> {
	const chosen = await stage.promoted();
	stage.holds(chosen === ahead, `${chosen.name} was promoted, which lacks what only ${ahead.name} acknowledged`);
}

/** The roles that the watchdog gives it until it replicates again. */
async function rolesUntilReady({ bench }: Stage, name: string): Promise<ReadonlySet<string>> {
	const roles = new Set<string>();
	await until(`${name} replicates`, 30, async () => {
		const found = (await bench.status())?.instances.find((each) => each.name === name);
		if (found !== undefined) roles.add(found.role);
		return found?.ready;
	});
	return roles;
}

/** What was on its way when the last replica left was acknowledged, and noted, before its client's next commit waits. */
async function nothingAcknowledgedFor(stage: Stage, seconds: number): Promise<void> {
	const { ledger, holds, bench, primary } = stage;
	await until("every writer's commit waits", 30, async () => {
		const [rows] = (await asRoot(bench, primary, [waitingCommits])) as [{ count: string | number }[]];
		return Number(rows[0]?.count) === writers;
	});
	const before = (await ledger.entries()).length;
	await sleep(seconds * 1000);
	const more = (await ledger.entries()).length - before;
	holds(more === 0, `${more} writes were acknowledged without a replica`);
}

const waitingCommits = `SELECT COUNT(*) AS count FROM performance_schema.threads WHERE PROCESSLIST_USER = 'drill'
 AND PROCESSLIST_STATE IN ('Waiting for semi-sync ACK from replica', 'waiting for handler commit')`;

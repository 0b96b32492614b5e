/** Rows that strike in the middle of a failover, between two of its steps. */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../local/site/waiting.ts";
import { hangApi, releaseApi } from "../bench/hungApi.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { asRoot, hasUnapplied, holdApplier } from "../bench/rootSession.ts";
import { budget } from "../bench/settings.ts";
import type { Stage } from "../stage.ts";
import { failoverSteps, Steps } from "../workload/steps.ts";
import type { Row } from "./row.ts";

const hangSeconds = 10;
const [, , chose, , recorded, accepts, points] = failoverSteps;

export const promotions: readonly Row[] = [
	{
		row: "10a",
		title: "candidate killed while it catches up, back at once",
		budget: null,
		async run(stage) {
			const { bench, ledger, replicas, primary } = stage;
			const releases = await Promise.all(replicas.map((each) => holdApplier(bench, each)));
			try {
				await ledger.more(20);
				const steps = await Steps.fromNow(bench);
				stage.fault();
				await primary.killForGood();
				const candidate = bench.instance(named(await steps.reached(chose)));
				stage.holds(await hasUnapplied(bench, candidate), "the candidate had nothing left to apply");
				await candidate.signal("SIGKILL");
			} finally {
				for (const release of releases) release();
			}
			await stage.promoted();
		},
	},
	{
		row: "10b",
		title: "candidate killed between the term's record and the end of its promotion, back at once",
		budget: null,
		async run(stage) {
			const steps = await Steps.fromNow(stage.bench);
			stage.fault();
			await stage.primary.killForGood();
			const chosen = named(await steps.reached(chose));
			await steps.reached(stage.turn([recorded, accepts, points]));
			await stage.bench.instance(chosen).signal("SIGKILL");
			await stage.ledger.more(20);
		},
	},
	{
		row: "10c",
		title: "candidate killed while it catches up and stays down: refused until the old primary is back",
		budget: null,
		async run(stage) {
			const { bench, ledger, replicas, primary } = stage;
			const releases = await Promise.all(replicas.map((each) => holdApplier(bench, each)));
			try {
				await ledger.more(20);
				const steps = await Steps.fromNow(bench);
				stage.fault();
				await primary.killForGood();
				await bench.instance(named(await steps.reached(chose))).killForGood();
			} finally {
				for (const release of releases) release();
			}
			await stage.alert("quorum");
			await stage.sameTermFor(2);
			await primary.release();
			await ledger.more(20);
		},
	},
	{
		row: "12",
		title: "the leader loses its lease in the middle of a failover, after another step each round",
		budget: budget("zone"),
		async run(stage) {
			const steps = await Steps.fromNow(stage.bench);
			stage.fault();
			await stage.primary.killForGood();
			await steps.reached(stage.turn(failoverSteps));
			stage.leader.signal("SIGSTOP");
			// Every other time around it comes back while its successor is at work, not after that.
			const early = Math.floor(stage.round / failoverSteps.length) % 2 === 1;
			if (early) await steps.reached(/^leading$/);
			else await stage.promoted();
			stage.leader.signal("SIGCONT");
			await stage.promoted();
		},
	},
	{
		row: "13",
		title: `API server hangs for ${hangSeconds} s in the middle of a failover, after another step each round`,
		budget: hangSeconds + budget("zone"),
		async run(stage) {
			const steps = await Steps.fromNow(stage.bench);
			stage.fault();
			await stage.primary.killForGood();
			await steps.reached(stage.turn(failoverSteps));
			await hangApi();
			try {
				await sleep(hangSeconds * 1000);
			} finally {
				await releaseApi();
			}
			await stage.promoted();
		},
	},
	{
		row: "18",
		title: "a replica restarts in the middle of a failover, and the old primary is back: it does not follow that",
		budget: budget("node"),
		async run(stage) {
			const { bench, primary, replicas } = stage;
			const steps = await Steps.fromNow(bench);
			stage.fault();
			await primary.signal("SIGSTOP");
			const candidate = named(await steps.reached(chose));
			const replica = replicas.find(({ name }) => name !== candidate) ?? replicas[0];
			await steps.reached(stage.turn([chose, recorded]));
			await replica.signal("SIGKILL");
			const { primary: chosen } = await stage.newTerm();
			await primary.signal("SIGCONT");
			await follows(stage, replica, chosen);
			await stage.ledger.more(20);
		},
	},
];

/** "chose mysql-1" names mysql-1. */
const named = (words: string) => words.split(" ").at(-1) ?? "";

interface Receiver {
	readonly Source_Host: string;
	readonly Replica_IO_Running: string;
}

/** Waits until it replicates from the new primary; until then it must not even try to reach the old one. */
async function follows(
	{ bench, primary: old, holds }: Stage,
	replica: DatabaseInstance,
	chosen: string,
): Promise<void> {
	const look = async () => {
		const [rows] = (await asRoot(bench, replica, ["SHOW REPLICA STATUS"])) as [Receiver[]];
		const [receiver] = rows.filter(({ Replica_IO_Running: running }) => running !== "No");
		const source = receiver?.Source_Host.split(".")[0];
		return (source === old.name || (source === chosen && receiver?.Replica_IO_Running === "Yes")) && source;
	};
	const source = await until(`${replica.name} follows ${chosen}`, 30, look, { every: 10 });
	holds(source === chosen, `${replica.name} follows the old primary`);
}

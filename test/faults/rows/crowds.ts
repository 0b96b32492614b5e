/** Rows in which clients take every connection. */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../local/site/waiting.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { askForSwitchover } from "../bench/switchover.ts";
import type { Stage } from "../stage.ts";
import { Crowd } from "../workload/crowd.ts";
import type { Row } from "./row.ts";

export const crowds: readonly Row[] = [
	{
		row: "24a",
		title: "clients take every connection of the primary: the watchdog sees it all the same, and a switchover works",
		budget: null,
		async run(stage) {
			const { bench, primary, replicas } = stage;
			await among(stage, [primary], async () => {
				await seenFor(stage, 3);
				stage.fault();
				const answer = await askForSwitchover(bench, replicas[0].name);
				stage.holds(answer.state === "done", answer.message);
				await stage.promoted();
			});
		},
	},
	{
		row: "24b",
		title:
			"clients take every connection of all instances, then the primary dies: its successor still gets its replica",
		budget: null,
		async run(stage) {
			const { bench, primary, replicas } = stage;
			await among(stage, [primary, ...replicas], async () => {
				await seenFor(stage, 1);
				stage.fault();
				await primary.killForGood();
				const record = await stage.newTerm();
				const [left] = replicas.filter(({ name }) => name !== record.primary) as [DatabaseInstance];
				await until(`${left.name} acknowledges for ${record.primary}`, 20, async () => {
					const status = await bench.status();
					return status?.instances.find(({ name }) => name === left.name)?.ready;
				});
			});
			await stage.ledger.more(20);
		},
	},
];

async function among({ bench }: Stage, instances: readonly DatabaseInstance[], work: () => Promise<void>) {
	const come: Crowd[] = [];
	try {
		for (const each of instances) come.push(await Crowd.at(bench, each));
		await work();
	} finally {
		for (const crowd of come) await crowd.leave();
	}
}

/** No moment in which the primary was not seen. */
async function seenFor(stage: Stage, seconds: number): Promise<void> {
	for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(100)) {
		const status = await stage.bench.status();
		const unseen = status?.alerts.filter((alert) => alert === "primaryUnseen" || alert === "primaryUnknown") ?? [];
		stage.holds(unseen.length === 0, `alert ${unseen.join(", ")}`);
	}
}

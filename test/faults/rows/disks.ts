/** Rows in which a disk is full or does not answer: commits hang while everything else goes on. */
import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseInstance } from "../bench/instance.ts";
import { budget } from "../bench/settings.ts";
import { askForSwitchover } from "../bench/switchover.ts";
import { Stage } from "../stage.ts";
import type { Row } from "./row.ts";

const node = budget("node");

export const disks: readonly Row[] = [
	{
		row: "25a",
		title: "primary's disk full: another takes over",
		budget: node,
		async run(given) {
			const stage = await withPrimaryOnDisk(given);
			given.fault();
			await stage.primary.disk.fill();
			const chosen = await stage.promoted();
			stage.holds(chosen !== stage.primary, "the primary with the full disk was promoted");
			await stage.primary.disk.heal();
			// mysqld looks for room once a minute; who makes room restarts it.
			await stage.primary.signal("SIGKILL");
			await stage.ledger.more(20);
		},
	},
	{
		row: "25b",
		title: "primary's disk stalls, later goes on: another takes over, the old one acknowledges nothing",
		budget: node,
		async run(given) {
			const stage = await withPrimaryOnDisk(given);
			given.fault();
			await stage.primary.disk.freeze();
			const chosen = await stage.promoted();
			stage.holds(chosen !== stage.primary, "the primary with the stalled disk was promoted");
			await stage.silencedByTheFence();
			await stage.primary.disk.heal();
			await stage.ledger.more(50);
		},
	},
	{
		row: "25c",
		title: "disk of one replica stalls: writes go on",
		budget: 1,
		async run(stage) {
			const [stalled] = stage.replicas;
			await putOnDisk(stage, stalled);
			stage.fault();
			await stalled.disk.freeze();
			await stage.sameTermFor(5);
			await stage.ledger.more(20);
		},
	},
	{
		row: "25d",
		title: "disks of both replicas stall: writes wait, nobody is promoted, they go on when one goes on",
		budget: null,
		async run(stage) {
			const [one, other] = stage.replicas;
			await putOnDisk(stage, one);
			await putOnDisk(stage, other);
			stage.fault();
			await Promise.all([one.disk.freeze(), other.disk.freeze()]);
			await stage.sameTermFor(5);
			const before = (await stage.ledger.entries()).length;
			await sleep(2000);
			stage.holds((await stage.ledger.entries()).length === before, "writes were acknowledged without a replica");
			await one.disk.heal();
			await stage.ledger.more(20);
		},
	},
];

/** The same row, played from where the primary is an instance whose volume has a disk of its own. */
async function withPrimaryOnDisk(stage: Stage): Promise<Stage> {
	const { bench, ledger, round, primary, replicas } = stage;
	if (await primary.disk.there()) return stage;
	await putOnDisk(stage, replicas[0]);
	const answer = await askForSwitchover(bench, replicas[0].name);
	stage.holds(answer.state === "done", answer.message);
	return Stage.set(bench, ledger, round);
}

async function putOnDisk({ bench }: Stage, replica: DatabaseInstance): Promise<void> {
	if (await replica.disk.there()) return;
	await replica.stop();
	await replica.disk.make();
	await replica.boot();
	await bench.protected();
}

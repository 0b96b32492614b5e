/** Rows in which a disk is full or does not answer: commits hang while everything else goes on. */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../local/site/waiting.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { asRoot } from "../bench/rootSession.ts";
import { budget, settings } from "../bench/settings.ts";
import type { Stage } from "../stage.ts";
import type { Row } from "./row.ts";

const node = budget("node");

export const disks: readonly Row[] = [
	{
		row: "25a",
		title: "primary's disk full: another takes over",
		budget: node,
		async run(stage) {
			await putPrimaryOnDisk(stage);
			stage.fault();
			await stage.primary.disk.fill();
			const chosen = await stage.promoted();
			stage.holds(chosen !== stage.primary, "the primary with the full disk was promoted");
			// The end of its sessions ended the wait for room, and with it mysqld (binlog_error_action): it is started again.
			await stage.primary.disk.heal();
			await stage.ledger.more(20);
		},
	},
	{
		row: "25b",
		title: "primary's disk stalls, later goes on: another takes over, the old one acknowledges nothing",
		budget: node,
		async run(stage) {
			await putPrimaryOnDisk(stage);
			stage.fault();
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
			await stage.alert("stalled");
			await stage.sameTermFor(5);
			const before = (await stage.ledger.entries()).length;
			await sleep(2000);
			stage.holds((await stage.ledger.entries()).length === before, "writes were acknowledged without a replica");
			await one.disk.heal();
			await stage.ledger.more(20);
		},
	},
];

/** Its volume has a disk of its own from then on; the primary stays the same, in the same term. */
async function putPrimaryOnDisk(stage: Stage): Promise<void> {
	const { bench, primary } = stage;
	if (!(await primary.disk.there())) {
		for (const each of bench.watchdogs) each.signal("SIGSTOP");
		await move(primary);
		await until("it answers", 30, async () => (await asRoot(bench, primary, ["SELECT 1"])).length > 0);
		for (const each of bench.watchdogs) each.signal("SIGCONT");
		await bench.protected();
	}
	await holdOffOver(stage);
	await stage.ledger.more(20);
}

async function putOnDisk({ bench }: Stage, replica: DatabaseInstance): Promise<void> {
	if (await replica.disk.there()) return;
	await move(replica);
	await bench.protected();
}

async function move(instance: DatabaseInstance): Promise<void> {
	await instance.stop();
	await instance.disk.make();
	await instance.boot();
}

/** A primary that still answers is not replaced soon after the last change. */
async function holdOffOver({ bench }: Stage): Promise<void> {
	const record = await bench.record();
	if (record === null || record.term === 1) return;
	// The leader counts from when it saw the term.
	const over = Date.parse(record.since) + settings.plan.failover.holdOff + 1000;
	await until("the last change is long ago", 60, async () => Date.now() > over);
}

/** Rows in which pods go on purpose: rolling updates and drains. */
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { until } from "../../../local/site/waiting.ts";
import { Kubelet } from "../bench/kubelet.ts";
import { cutBoth, healNetwork } from "../bench/network.ts";
import { budget } from "../bench/settings.ts";
import type { Stage } from "../stage.ts";
import { openDrill } from "../workload/ledger.ts";
import type { Row } from "./row.ts";

const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
/** For three instances to be stopped, started and to catch up, on a machine that does much else. */
const patience = 180;
/** A switchover must not cost more than the failover that it spares. */
const pause = budget("pod");

export const rollouts: readonly Row[] = [
	{
		row: "33a",
		title: "rolling update of MySQL: replicas first, a switchover, the old primary last, one at a time",
		budget: pause,
		run: (stage) =>
			withKubelet(stage, async (kubelet) => {
				stage.fault();
				await kubelet.update();
				await kubelet.updated(patience);
				const { term, lastChange } = (await stage.bench.record()) ?? {};
				stage.holds(term === stage.term + 1, `the primary changed ${(term ?? 0) - stage.term} times`);
				stage.holds(lastChange?.kind === "switchover", `it changed by a ${lastChange?.kind}`);
				const order = kubelet.ended.join(", ");
				stage.holds(kubelet.ended.length === 3, `made anew were ${order}`);
				stage.holds(kubelet.ended.at(-1) === stage.primary.name, `${stage.primary.name} was not the last of ${order}`);
			}),
	},
	{
		row: "33b",
		title: "rolling update of the watchdogs: the lease is handed on, no failover",
		budget: 1,
		async run(stage) {
			const others = stage.bench.watchdogs.filter((each) => each !== stage.leader);
			stage.fault();
			for (const dog of [stage.leader, ...others]) {
				await dog.stop();
				dog.boot();
				await until(`${dog.name} is ready`, 30, () => dog.ready());
			}
			await until("somebody leads", 30, () => stage.bench.status());
			await stage.sameTermFor(1);
		},
	},
	{
		row: "33c",
		title: "the primary's node is cordoned, then drained: a switchover by itself, nothing to fail over",
		budget: pause,
		run: (stage) => withKubelet(stage, (kubelet) => drain(stage, kubelet)),
	},
	{
		row: "33d",
		title: "the primary's pod is deleted without a word: it waits for its successor",
		budget: pause,
		run: (stage) =>
			withKubelet(stage, async (kubelet) => {
				const { core } = stage.bench;
				stage.fault();
				await core.deleteNamespacedPod({ name: stage.primary.name, namespace: "mysql" });
				await switchedOver(stage);
				await until("its pod is back", patience, async () => kubelet.ended.length === 1 && stage.primary.answers());
			}),
	},
	{
		row: "33e",
		title: "mysqld is told to end while its commits wait for an acknowledgement: nobody hears that they are done",
		budget: null,
		async run(stage) {
			const { primary, replicas, bench } = stage;
			for (const each of bench.watchdogs) each.signal("SIGSTOP");
			stage.fault();
			for (const each of replicas) await cutBoth(primary.machine, each.machine);
			await until("commits wait", 30, async () => Number(await waiting(stage)) > 0);
			await primary.terminate();
			await healNetwork();
			for (const each of bench.watchdogs) each.signal("SIGCONT");
			const chosen = await stage.promoted();
			stage.holds(chosen !== primary, "the primary that was told to end was promoted");
		},
	},
];

async function waiting({ bench, primary }: Stage): Promise<unknown> {
	const session = await openDrill(bench, primary.name);
	try {
		const [rows = []] = await session.run("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_source_wait_sessions'", 2000);
		return rows[0]?.Value;
	} finally {
		session.close();
	}
}

async function drain(stage: Stage, kubelet: Kubelet): Promise<void> {
	const { core } = stage.bench;
	const node = { name: stage.primary.machine.zone ?? "" };
	stage.fault();
	await core.patchNode({ ...node, body: { spec: { unschedulable: true } } }, merge);
	try {
		await switchedOver(stage);
		stage.holds(kubelet.ended.length === 0, "a cordon ended a pod");
		await core.deleteNamespacedPod({ name: stage.primary.name, namespace: "mysql" });
		await until("its pod is back", patience, async () => kubelet.ended.length === 1 && stage.primary.answers());
		await stage.ledger.more(20);
	} finally {
		await core.patchNode({ ...node, body: { spec: { unschedulable: null } } }, merge);
	}
	stage.holds((await stage.bench.record())?.term === stage.term + 1, "the primary changed more than once");
}

async function switchedOver(stage: Stage): Promise<void> {
	const { lastChange } = await until("a switchover", patience, async () => {
		const record = await stage.bench.record();
		return record !== null && record.term > stage.term && record.lastChange?.finishedAt != null && record;
	});
	stage.holds(lastChange?.kind === "switchover", `the primary changed by a ${lastChange?.kind}: ${lastChange?.reason}`);
	await stage.ledger.more(20);
}

/** Pods are ended and made anew while `work` goes on. */
async function withKubelet(stage: Stage, work: (kubelet: Kubelet) => Promise<void>): Promise<void> {
	const kubelet = await Kubelet.begin(stage.bench);
	try {
		await kubelet.during(() => work(kubelet));
	} finally {
		await kubelet.end();
	}
}

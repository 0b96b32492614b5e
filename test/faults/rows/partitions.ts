/** Rows in which machines stop answering: stopped, cut off, a zone gone. */
import { until } from "../../../local/site/waiting.ts";
import { api, machinesOfZone } from "../bench/addresses.ts";
import type { Bench } from "../bench/bench.ts";
import { cable, cutBoth, killAllIn } from "../bench/network.ts";
import { holdApplier } from "../bench/rootSession.ts";
import { budget } from "../bench/settings.ts";
import type { Stage } from "../stage.ts";
import { Steps } from "../workload/steps.ts";
import type { Row } from "./row.ts";

const node = budget("node");
const zone = budget("zone");

export const partitions: readonly Row[] = [
	{
		row: "4",
		title: "primary stopped (SIGSTOP), later continued",
		budget: node,
		async run(stage) {
			await stage.ledger.beside(stage.primary);
			stage.fault();
			await stage.primary.signal("SIGSTOP");
			const chosen = await stage.promoted();
			stage.holds(chosen !== stage.primary, "the stopped primary was promoted");
			await stage.primary.signal("SIGCONT");
			await stage.ledger.more(50);
			await stage.silencedByTheFence();
		},
	},
	{
		row: "5a",
		title: "primary isolated from everything but the clients beside it",
		budget: node,
		async run(stage) {
			await stage.ledger.beside(stage.primary);
			stage.fault();
			await cutBoth(stage.primary.machine, "*");
			const chosen = await stage.promoted();
			stage.holds(chosen !== stage.primary, "the isolated primary was promoted");
			await stage.silencedByTheFence();
		},
	},
	{
		row: "5b",
		title: "an isolated primary is back while its successor catches up: it acknowledges nothing any more",
		budget: null,
		async run(stage) {
			const { bench, ledger, primary, replicas } = stage;
			await ledger.beside(primary);
			const releases = await Promise.all(replicas.map((each) => holdApplier(bench, each)));
			try {
				await ledger.more(20);
				const steps = await Steps.fromNow(bench);
				stage.fault();
				await cutBoth(primary.machine, "*");
				await steps.reached(/^chose /);
				await bench.heal();
				// A receiver that nobody stopped would be back within its retry period.
				await stage.sameTermFor(3);
			} finally {
				for (const release of releases) release();
			}
			await stage.promoted();
			await stage.silencedByTheFence();
		},
	},
	{
		row: "7",
		title: "watchdogs cut from the primary only: no failover",
		budget: 1,
		async run(stage) {
			stage.fault();
			for (const { machine } of stage.bench.watchdogs) await cutBoth(machine, stage.primary.machine);
			await stage.alert("primaryUnseen");
			await stage.sameTermFor(5);
			await stage.ledger.more(20);
		},
	},
	{
		row: "8",
		title: "primary dead, the only acker isolated: nobody is promoted until it is back",
		budget: null,
		async run(stage) {
			const [acker, behind] = stage.replicas;
			// Dead, not stopped: what waits in a stopped one's socket would count as received.
			await behind.killForGood();
			await stage.ledger.more(40);
			stage.fault();
			await cutBoth(acker.machine, "*");
			await stage.primary.killForGood();
			await behind.release();
			await stage.alert("quorum");
			await stage.sameTermFor(3);
			await stage.bench.heal();
			await stage.ledger.more(20);
		},
	},
	{
		row: "14",
		title: "API away for 10 s: nobody is fenced, writes go on",
		budget: 1,
		async run(stage) {
			stage.fault();
			await cable(api.port, "down");
			const end = performance.now() + 10_000;
			while (performance.now() < end) await stage.ledger.more(20);
			await cable(api.port, "up");
			await stage.sameTermFor(2);
		},
	},
	{
		row: "15a",
		title: "zone of primary and leader lost",
		budget: zone,
		async run(stage) {
			await leadFromThePrimarysZone(stage);
			stage.fault();
			await powerOff(stage.bench, stage.primary.machine.zone ?? "");
			await stage.promoted();
		},
	},
	{
		row: "15b",
		title: "zone of the primary lost, the leader elsewhere",
		budget: zone,
		async run(stage) {
			stage.fault();
			await powerOff(stage.bench, stage.primary.machine.zone ?? "");
			await stage.promoted();
		},
	},
	{
		row: "15c",
		title: "zone of the leader and a replica lost: writes go on",
		budget: 1,
		async run(stage) {
			stage.fault();
			await powerOff(stage.bench, stage.leader.machine.zone ?? "");
			await stage.sameTermFor(6);
			await stage.ledger.more(20);
		},
	},
];

/** Without a goodbye: cables first, then every process. */
async function powerOff(bench: Bench, lost: string): Promise<void> {
	const machines = machinesOfZone(lost);
	for (const { port } of machines) await cable(port, "down");
	await Promise.all(machines.map(({ namespace }) => killAllIn(namespace)));
	for (const each of bench.instances) if (each.machine.zone === lost) await each.stop();
	for (const each of bench.watchdogs) if (each.machine.zone === lost) await each.kill();
}

/** The leader avoids that zone: so the others are taken away until it leads, and come back as candidates. */
async function leadFromThePrimarysZone({ bench, primary }: Pick<Stage, "bench" | "primary">): Promise<void> {
	const there = bench.watchdogs.filter(({ machine }) => machine.zone === primary.machine.zone);
	const others = bench.watchdogs.filter((each) => !there.includes(each));
	await Promise.all(others.map((each) => each.kill()));
	const leads = () => Promise.all(there.map((each) => each.status()));
	await until("a leader in the primary's zone", 40, async () => (await leads()).some((status) => status !== null));
	for (const each of others) each.boot();
	await Promise.all(others.map((each) => until(`${each.name} is ready`, 30, () => each.ready())));
	const led = async () => {
		const [here, elsewhere] = await Promise.all([leads(), Promise.all(others.map((each) => each.status()))]);
		if (here.some((status) => status?.protected)) return "here";
		return elsewhere.some((status) => status?.protected) && "elsewhere";
	};
	// It gives the lease away once in half a minute: if only now, to one of the others, then not the next time.
	if ((await until("somebody leads", 30, led)) === "elsewhere") await leadFromThePrimarysZone({ bench, primary });
}

/** Rows in which the primary answers the watchdogs and is of no use, or comes and goes. */
import { setTimeout as sleep } from "node:timers/promises";
import { duration } from "../../../objectives/index.ts";
import { cut, cutBoth, healNetwork } from "../bench/network.ts";
import { budget } from "../bench/settings.ts";
import type { Stage } from "../stage.ts";
import type { Row } from "./row.ts";

const node = budget("node");
/** Far less than it takes to be taken for lost. */
const blink = { offMs: 400, onMs: 600, seconds: 10 };

export const flapping: readonly Row[] = [
	{
		row: "6",
		title: "primary cut from its replicas only, in both directions or one: commits wait, then another takes over",
		budget: node,
		fresh: true,
		async run(stage) {
			await stage.ledger.beside(stage.primary);
			stage.fault();
			await cutFromReplicas(stage, stage.turn(["both ways", "to them", "from them"] as const));
			const chosen = await stage.promoted();
			stage.holds(chosen !== stage.primary, "the primary that nobody acknowledges was promoted");
			await stage.silencedByTheFence();
		},
	},
	{
		row: "11a",
		title: "primaries are cut from their replicas one after the other: changed once, then held off, until one is dead",
		budget: null,
		fresh: true,
		// Between two cuts all must be protected again, which takes a rebuild.
		holdOff: duration("60s"),
		async run(stage) {
			const { bench, ledger } = stage;
			stage.fault();
			await cutFromReplicas(stage, "both ways");
			const second = await stage.promoted();
			await healNetwork();
			await bench.protected();
			for (const each of bench.instances) if (each !== second) await cutBoth(second.machine, each.machine);
			await stage.alert("holdOff");
			await stage.sameTermFor(2, stage.term + 1);
			await healNetwork();
			await ledger.more(20);
			await bench.protected();
			await second.killForGood();
			await stage.promoted(stage.term + 1);
		},
	},
	{
		row: "11b",
		title: "the primary's network blinks for a while: no failover, writes go on",
		budget: node,
		async run(stage) {
			stage.fault();
			for (const end = performance.now() + blink.seconds * 1000; performance.now() < end; ) {
				await cutBoth(stage.primary.machine, "*");
				await sleep(blink.offMs);
				await healNetwork();
				await sleep(blink.onMs);
			}
			await stage.sameTermFor(2);
			await stage.ledger.more(20);
		},
	},
];

async function cutFromReplicas(
	{ primary, replicas }: Stage,
	ways: "both ways" | "to them" | "from them",
): Promise<void> {
	for (const { machine } of replicas) {
		if (ways !== "from them") await cut(primary.machine, machine);
		if (ways !== "to them") await cut(machine, primary.machine);
	}
}

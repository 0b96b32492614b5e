/** Rows in which frames are lost in one direction, some of them or all. */
import { type Machine, watchdogs } from "../bench/addresses.ts";
import { lose } from "../bench/loss.ts";
import { cut } from "../bench/network.ts";
import { budget } from "../bench/settings.ts";
import type { Row } from "./row.ts";

const node = budget("node");
/** Of a hundred frames: a connection still gets through, with retransmissions all the time. */
const lossy = 20;

export const losses: readonly Row[] = [
	{
		row: "31a",
		title: `${lossy} % of the frames from the primary to its replicas are lost: writes go on`,
		budget: node,
		async run(stage) {
			stage.fault();
			for (const { machine } of stage.replicas) await lose(stage.primary.machine, machine, lossy);
			await stage.sameTermFor(10);
			await stage.ledger.more(20);
		},
	},
	{
		row: "31b",
		title: "frames from the primary to one replica are lost, all of them: the other acknowledges",
		budget: node,
		async run(stage) {
			const [deaf] = stage.replicas;
			stage.fault();
			await cut(stage.primary.machine, deaf.machine);
			await stage.sameTermFor(6);
			await stage.ledger.more(20);
		},
	},
	{
		row: "31c",
		title: "frames between the watchdogs and the primary are lost in one direction: no failover",
		budget: 1,
		async run(stage) {
			stage.fault();
			for (const machine of watchdogs)
				await cut(...stage.turn([ways(machine, stage.primary.machine), ways(stage.primary.machine, machine)]));
			await stage.alert("primaryUnseen");
			await stage.sameTermFor(4);
			await stage.ledger.more(20);
		},
	},
	{
		row: "31d",
		title: "the primary hears all and is heard by nobody, or the other way round: another takes over",
		budget: node,
		async run(stage) {
			const { primary, ledger } = stage;
			await ledger.beside(primary);
			stage.fault();
			await cut(...stage.turn([ways(primary.machine, "*"), ways("*", primary.machine)]));
			const chosen = await stage.promoted();
			stage.holds(chosen !== primary, "the isolated primary was promoted");
			await stage.silencedByTheFence();
		},
	},
];

type End = Machine | "*";
const ways = (from: End, to: End): [End, End] => [from, to];

/** Rows in which mysqld dies. */
import { budget } from "../bench/settings.ts";
import type { Row } from "./row.ts";

const pod = budget("pod");

export const crashes: readonly Row[] = [
	{
		row: "1",
		title: "primary killed, stays down",
		budget: pod,
		async run(stage) {
			stage.fault();
			await stage.primary.killForGood();
			const chosen = await stage.promoted();
			stage.holds(chosen !== stage.primary, "the dead primary was promoted");
		},
	},
	{
		row: "2",
		title: "primary killed, back at once",
		budget: pod,
		async run(stage) {
			stage.fault();
			await stage.primary.signal("SIGKILL");
			await stage.ledger.more(20);
		},
	},
	{
		row: "3",
		title: "new primary killed right after its promotion",
		// Two of three are dead until the first comes back: writes must wait for it.
		budget: null,
		async run(stage) {
			stage.fault();
			await stage.primary.killForGood();
			const { term, primary } = await stage.newTerm();
			await stage.bench.instance(primary).killForGood();
			await stage.primary.release();
			await stage.promoted(term);
		},
	},
	{
		row: "9",
		title: "two of three dead: nobody is promoted until one is back",
		budget: null,
		async run(stage) {
			const [replica] = stage.replicas;
			stage.fault();
			await Promise.all([replica.killForGood(), stage.primary.killForGood()]);
			await stage.alert("quorum");
			await stage.sameTermFor(3);
			await replica.release();
			await stage.promoted();
		},
	},
	{
		row: "32",
		title: "three failovers in a row under load",
		budget: pod,
		async run(stage) {
			stage.fault();
			for (let { term } = stage, round = 0; round < 3; round += 1) {
				const record = await stage.bench.record();
				const primary = stage.bench.instance(record?.primary ?? "");
				await primary.killForGood();
				term = (await stage.newTerm(term)).term;
				await stage.ledger.more(20);
				await primary.release();
				await stage.bench.protected();
			}
		},
	},
];

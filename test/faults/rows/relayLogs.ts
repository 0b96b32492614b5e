/** Rows about what only a relay log has: restarts with an unapplied one, and torn ones. */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../local/site/waiting.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { slow } from "../bench/loss.ts";
import { healNetwork } from "../bench/network.ts";
import { beginTransaction, cutLastEvent, loseRelayLog } from "../bench/relayLog.ts";
import { asRoot, hasUnapplied, holdApplier, rootSession } from "../bench/rootSession.ts";
import { budget } from "../bench/settings.ts";
import type { Stage } from "../stage.ts";
import type { Row } from "./row.ts";

export const relayLogs: readonly Row[] = [
	{
		row: "16a",
		title: "the only acker dies with an unapplied relay log, then the primary; the acker is back: nothing is lost",
		budget: null,
		async run(stage) {
			const [acker, behind] = stage.replicas;
			await acknowledgeUnapplied(stage);
			stage.fault();
			await acker.killForGood();
			await stage.primary.killForGood();
			await behind.release();
			await acker.release();
			const chosen = await stage.promoted();
			stage.holds(chosen === acker, `${chosen.name} was promoted, which lacks what only ${acker.name} acknowledged`);
		},
	},
	{
		row: "16b",
		title: "the only acker restarts with an unapplied relay log and goes on, then the primary dies",
		budget: null,
		async run(stage) {
			const [acker, behind] = stage.replicas;
			const { bench, ledger } = stage;
			await acknowledgeUnapplied(stage);
			await acker.signal("SIGKILL");
			await until(`${acker.name} is back`, 30, () => answers(stage, acker));
			const release = await holdApplier(bench, acker);
			try {
				await ledger.more(20);
				stage.fault();
				await stage.primary.killForGood();
				stage.holds(await hasUnapplied(bench, acker), "all was applied before the primary died");
			} finally {
				release();
			}
			await behind.release();
			const chosen = await stage.promoted();
			stage.holds(chosen === acker, `${chosen.name} was promoted, which lacks what only ${acker.name} acknowledged`);
		},
	},
	{
		row: "17a",
		title: "a replica's relay log is torn by a crash, the primary lives: it replicates again or is rebuilt",
		budget: 1,
		async run(stage) {
			const [torn] = stage.replicas;
			stage.fault();
			await tear(stage, torn);
			await torn.release();
			await stage.sameTermFor(1);
		},
	},
	{
		row: "17b",
		title: "a replica's relay log is torn by a crash, then the primary dies: the whole one is chosen",
		budget: budget("pod"),
		async run(stage) {
			const [torn, whole] = stage.replicas;
			await tear(stage, torn);
			// What the torn one lost was not its own: the other acknowledged what came after it.
			await stage.ledger.more(20);
			await torn.release();
			await until(`${torn.name} is back`, 30, () => answers(stage, torn));
			stage.fault();
			await stage.primary.killForGood();
			const chosen = await stage.promoted();
			stage.holds(chosen === whole, "the torn one was promoted");
		},
	},
	{
		row: "17c",
		title: "the only acker crashed in the middle of a transaction, and the primary died: what came before it is kept",
		budget: null,
		async run(stage) {
			const [acker, behind] = stage.replicas;
			await acknowledgeUnapplied(stage);
			stage.fault();
			await acker.killForGood();
			await stage.primary.killForGood();
			await beginTransaction(acker.data, stage.turn(["half of the first event", "half of the second"] as const));
			await behind.release();
			await acker.release();
			const chosen = await stage.promoted();
			stage.holds(chosen === acker, `${chosen.name} was promoted, which lacks what only ${acker.name} acknowledged`);
		},
	},
	{
		row: "17d",
		title: "the primary dies in the middle of sending a large transaction: its beginning holds nothing up",
		// Other writes wait for the large one before the primary dies, too.
		budget: budget("zone"),
		async run(stage) {
			const { bench, primary, replicas } = stage;
			await asRoot(bench, primary, [`CREATE TABLE IF NOT EXISTS ${bulkTable} (v LONGBLOB)`]);
			for (const { machine } of replicas) await slow(primary.machine, machine, 1000);
			const session = await rootSession(bench, primary);
			// As large on the wire as it is, and small where the surplus is kept.
			await session.query("SET SESSION binlog_transaction_compression = OFF");
			const large = session.query(`INSERT INTO ${bulkTable} VALUES (REPEAT('x', 16000000))`);
			large.catch(() => {});
			await until("a replica waits for the rest of it", 30, () => hasBegun(stage, replicas[0]));
			stage.fault();
			await primary.killForGood();
			session.destroy();
			await healNetwork();
			const chosen = await stage.promoted();
			stage.holds(chosen !== primary, "the dead primary was promoted");
		},
	},
	{
		row: "17e",
		title:
			"a replica comes back without its relay log: it fetches anew what it has not applied, and is no copy until then",
		budget: 1,
		async run(stage) {
			const [robbed] = stage.replicas;
			await holdApplier(stage.bench, robbed);
			await stage.ledger.more(20);
			stage.fault();
			await robbed.killForGood();
			await loseRelayLog(robbed.data);
			await robbed.release();
			await stage.sameTermFor(1);
		},
	},
];

const bulkTable = "mysql_dr_drill.bulk";

/** Its receiver is in the middle of a transaction. */
async function hasBegun({ bench }: Stage, replica: DatabaseInstance): Promise<boolean> {
	const question = "SELECT queueing_transaction AS name FROM performance_schema.replication_connection_status";
	const seen = async () => {
		const [rows] = (await asRoot(bench, replica, [question])) as [{ name: string }[]];
		return rows[0]?.name ?? "";
	};
	const first = await seen();
	await sleep(1000);
	return first !== "" && first === (await seen());
}

/** One replica is down, the other acknowledges alone and applies nothing of it. */
async function acknowledgeUnapplied({ bench, ledger, replicas, holds }: Stage): Promise<void> {
	const [acker, behind] = replicas;
	// Dead, not stopped: what waits in a stopped one's socket would count as received.
	await behind.killForGood();
	// Its death ends the lock with the session.
	await holdApplier(bench, acker);
	await ledger.more(40);
	holds(await hasUnapplied(bench, acker), `${acker.name} has applied all that it received`);
}

async function tear({ bench, ledger }: Stage, replica: DatabaseInstance): Promise<void> {
	await holdApplier(bench, replica);
	await ledger.more(20);
	await replica.killForGood();
	await cutLastEvent(replica.data);
}

async function answers({ bench }: Stage, instance: DatabaseInstance): Promise<boolean> {
	return (await asRoot(bench, instance, ["SELECT 1"])).length > 0;
}

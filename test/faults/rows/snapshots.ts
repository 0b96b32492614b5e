/** Rows about snapshots under load: a replica stands still for one, nobody waits for it, and the copy holds what it says. */
import { until } from "../../../local/site/waiting.ts";
import { longestHoldMs, quiescedAnnotation } from "../../../runtime/failover/quiesce.ts";
import { equals, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { namespace } from "../bench/controlPlane.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { asRoot } from "../bench/rootSession.ts";
import { budget } from "../bench/settings.ts";
import { checked, PlayedStorage, SnapshotJob, writtenOn } from "../bench/snapshots.ts";
import type { Stage } from "../stage.ts";
import type { Row } from "./row.ts";

const patience = 60;
/** Nobody is there to try the snapshot: that is how its job ends here. */
const taken = "there is no CronJob mysql-snapshot-check";

export const snapshots: readonly Row[] = [
	{
		row: "H1",
		title:
			"a snapshot of a storage that takes seconds: its replica stands still, nobody waits, the copy holds what it says",
		budget: null,
		run: (stage) =>
			withStorage(stage, async (storage) => {
				storage.slowMs = 10_000;
				const job = await SnapshotJob.begin(stage.bench, `snapshot-${stage.round}`);
				const held = await heldReplica(stage);
				await until(`the storage is asked`, patience, async () => storage.asked.length > 0);
				const before = await appliedBy(stage, held);
				await stage.ledger.more(50);
				stage.holds((await appliedBy(stage, held)) === before, `${held.name} went on while its snapshot was made`);
				const said = await job.ended();
				stage.holds(said.includes(taken), `the job ended otherwise: ${said}`);
				stage.holds(storage.asked.length === 1, `it took ${storage.asked.length} attempts: the watchdog interfered`);
				await asBefore(stage);
				await holdsWhatItSays(stage, storage);
			}),
	},
	{
		row: "H2",
		title:
			"the primary dies while a replica stands still for a snapshot: another takes over as ever, the snapshot is taken anew",
		budget: budget("pod"),
		run: (stage) =>
			withStorage(stage, async (storage) => {
				storage.works = false;
				const job = await SnapshotJob.begin(stage.bench, `snapshot-${stage.round}`);
				await heldReplica(stage);
				await until(`the storage is asked`, patience, async () => storage.asked.length > 0);
				stage.fault();
				await stage.primary.killForGood();
				const { term } = await stage.newTerm();
				await stage.ledger.more(20);
				storage.works = true;
				const said = await job.ended();
				stage.holds(said.includes(taken), `the job ended otherwise: ${said}`);
				const left = await storage.only();
				stage.holds(writtenOn(left, "term") === `${term}`, `the snapshot says term ${writtenOn(left, "term")}`);
				await holdsWhatItSays(stage, storage);
			}),
	},
	{
		row: "H3",
		title:
			"the job of a snapshot is killed while a replica stands still: a minute later it goes on, the next job puts the rest back",
		budget: null,
		run: (stage) =>
			withStorage(stage, async (storage) => {
				storage.works = false;
				const killed = await SnapshotJob.begin(stage.bench, `snapshot-${stage.round}-killed`);
				const held = await heldReplica(stage);
				await until(`the storage is asked`, patience, async () => storage.asked.length > 0);
				await killed.kill();
				const before = await appliedBy(stage, held);
				await stage.ledger.more(50);
				stage.holds((await appliedBy(stage, held)) === before, "the watchdog did not wait for the job's minute");
				await until(`${held.name} goes on`, longestHoldMs / 1000 + patience, async () => {
					return (await appliedBy(stage, held)) !== before;
				});
				stage.holds((await flushing(stage, held)) === 0, "the killed job has left no setting to be put back");
				storage.works = true;
				const said = await (await SnapshotJob.begin(stage.bench, `snapshot-${stage.round}`)).ended();
				stage.holds(said.includes(taken), `the job ended otherwise: ${said}`);
				await asBefore(stage);
			}),
	},
];

async function withStorage(stage: Stage, run: (storage: PlayedStorage) => Promise<void>): Promise<void> {
	const storage = await PlayedStorage.on(stage.bench);
	try {
		await run(storage);
	} finally {
		await storage.end();
	}
}

/** The one whose pod says so. */
async function heldReplica(stage: Stage): Promise<DatabaseInstance> {
	const name = await until("a replica is told to stand still", patience, async () => heldPod(stage));
	return stage.bench.instance(name);
}

async function heldPod({ bench }: Stage): Promise<string | undefined> {
	const { items } = await bench.core.listNamespacedPod({ namespace });
	return items.find(({ metadata }) => metadata?.annotations?.[quiescedAnnotation] !== undefined)?.metadata?.name;
}

async function appliedBy({ bench }: Stage, instance: DatabaseInstance): Promise<string> {
	const [rows] = (await asRoot(bench, instance, ["SELECT @@GLOBAL.gtid_executed AS applied"])) as [
		{ applied: string }[],
	];
	return rows[0]?.applied ?? "";
}

async function flushing({ bench }: Stage, instance: DatabaseInstance): Promise<number> {
	const question = "SELECT @@GLOBAL.innodb_max_dirty_pages_pct AS most";
	const [rows] = (await asRoot(bench, instance, [question])) as [{ most: string | number }[]];
	return Number(rows[0]?.most);
}

/** No pod says anything any more, and every replica applies and flushes as it did. */
async function asBefore(stage: Stage): Promise<void> {
	stage.holds((await heldPod(stage)) === undefined, "a pod still says that its applier is to stand still");
	for (const each of stage.bench.instances) {
		stage.holds((await flushing(stage, each)) === 90, `${each.name} still writes every page at once`);
	}
	const status = await stage.bench.protected();
	stage.holds(status.protected, "not everything is protected");
	for (const each of stage.replicas) {
		const before = await appliedBy(stage, each);
		await until(`${each.name} applies`, patience, async () => (await appliedBy(stage, each)) !== before);
	}
}

async function holdsWhatItSays(stage: Stage, storage: PlayedStorage): Promise<void> {
	const snapshot = await storage.only();
	const { fault, gtidExecuted } = await checked(stage.bench, storage, snapshot.metadata?.name ?? "");
	stage.holds(fault === null, `the copy does not verify: ${fault}`);
	const same = equals(parseGtidSet(gtidExecuted), parseGtidSet(writtenOn(snapshot, "gtidExecuted")));
	stage.holds(same, `the copy holds ${gtidExecuted}, and ${writtenOn(snapshot, "gtidExecuted")} is written on it`);
}

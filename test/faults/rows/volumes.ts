/** Rows in which volumes are lost: they are kept aside, replaced and cloned to, and no acknowledged write goes with them. */
import { until } from "../../../local/site/waiting.ts";
import { ledgerTable } from "../../../runtime/drill/writer.ts";
import { snapshotAnnotations } from "../../../runtime/snapshot/snapshot.ts";
import { namespace } from "../bench/controlPlane.ts";
import { RestoredCopy } from "../bench/donor.ts";
import type { DatabaseInstance } from "../bench/instance.ts";
import { cutBoth, healNetwork } from "../bench/network.ts";
import { asRoot, hasUnapplied } from "../bench/rootSession.ts";
import { askForSeed, settled } from "../bench/seed.ts";
import { budget } from "../bench/settings.ts";
import { checked, PlayedStorage, SnapshotJob, writtenOn } from "../bench/snapshots.ts";
import { Storage } from "../bench/storage.ts";
import { writeRequest } from "../bench/switchover.ts";
import type { Stage } from "../stage.ts";
import type { Row } from "./row.ts";

/** For a loss to be believed, a pod to be made anew and a copy to be made, on a machine that does much else. */
const patience = 240;
const setAside = "mysql-dr/set-aside";

export const volumes: readonly Row[] = [
	{
		row: "V1",
		title: "all that is on the primary's volume is destroyed: another takes over, a new volume is cloned to",
		budget: budget("pod"),
		run: (stage) =>
			withStorage(stage, "Delete", async (storage) => {
				const { primary, ledger } = stage;
				const old = storage.volumeOf(primary);
				await ledger.beside(primary);
				await primary.hold();
				stage.fault();
				await primary.signal("SIGKILL");
				await primary.loseData();
				await primary.release();
				const chosen = await stage.promoted();
				stage.holds(chosen !== primary, "the primary without data was promoted");
				await replaced(stage, storage, primary, old);
			}),
	},
	{
		row: "V2",
		title: "a replica's claim is lost while it runs on it: it stops acknowledging, and gets a new volume",
		budget: 1,
		run: (stage) =>
			withStorage(stage, "Delete", async (storage) => {
				const [replica] = stage.replicas;
				const old = storage.volumeOf(replica);
				stage.fault();
				await storage.lose(replica);
				await replaced(stage, storage, replica, old);
				await stage.sameTermFor(1);
			}),
	},
	{
		row: "V3",
		title: "a replica's claim is lost while the other replica is away: it is left alone until that one is back",
		budget: null,
		run: (stage) =>
			withStorage(stage, "Retain", async (storage) => {
				const [replica, other] = stage.replicas;
				const old = storage.volumeOf(replica);
				await cutBoth(stage.primary.machine, other.machine);
				stage.fault();
				await storage.lose(replica);
				await stage.alert("volumeLost");
				// Longer than a loss takes to be believed.
				await stage.sameTermFor(20);
				stage.holds(storage.released.length === 0, "the only other copy of acknowledged writes was given up");
				await healNetwork();
				await replaced(stage, storage, replica, old);
			}),
	},
	{
		row: "V4",
		title: "the primary's claim is lost while it runs on it: a switchover, then a new volume",
		budget: budget("pod"),
		run: (stage) =>
			withStorage(stage, "Retain", async (storage) => {
				const { primary } = stage;
				const old = storage.volumeOf(primary);
				stage.fault();
				await storage.lose(primary);
				await stage.promoted();
				const { lastChange } = (await stage.bench.record()) ?? {};
				stage.holds(lastChange?.kind === "switchover", `the primary changed by a ${lastChange?.kind}`);
				await replaced(stage, storage, primary, old);
			}),
	},
	{
		row: "V6",
		title: "the primary's pages are damaged while it is down: another takes over, its data count for nothing",
		// It is shut down with its clients connected, and that takes as long as it takes.
		budget: null,
		run: (stage) =>
			withStorage(stage, "Retain", async (storage) => {
				const { primary } = stage;
				const old = storage.volumeOf(primary);
				stage.fault();
				// What was not written out before a kill would be made anew from the log.
				await primary.shutDown();
				await primary.damageTable(ledgerTable);
				await primary.release();
				const chosen = await stage.promoted();
				stage.holds(chosen !== primary, "the damaged primary was promoted");
				await replaced(stage, storage, primary, old);
				const { damaged } = (await stage.bench.record()) ?? {};
				stage.holds(damaged?.[primary.name] !== undefined, "the record does not tell of the damage");
			}),
	},
	{
		row: "V7",
		title:
			"a replica's claim is lost, and a snapshot is nearer than a copy: a volume made of it, another server, all of it",
		budget: 1,
		run: (stage) =>
			withStorage(stage, "Retain", async (storage) => {
				const snapshots = await PlayedStorage.on(stage.bench);
				try {
					await ofSnapshot(stage, storage, snapshots);
				} finally {
					await snapshots.end();
				}
			}),
	},
	{
		row: "V5",
		title: "all volumes are destroyed: nobody is made primary; new ones on an operator's word, then a restored copy",
		budget: null,
		fresh: true,
		run: (stage) => withStorage(stage, "Delete", (storage) => allLost(stage, storage)),
	},
];

/**
 * The copy holds all that was acknowledged, as an archive that is not behind would: nothing more can be from when the last
 * replica is cut off, and that one has all.
 */
async function lastCopy({ bench, primary, replicas, ledger }: Stage): Promise<RestoredCopy> {
	const [first, last] = replicas;
	for (const each of bench.watchdogs) each.signal("SIGSTOP");
	await cutBoth(primary.machine, first.machine);
	await ledger.more(20);
	await cutBoth(primary.machine, last.machine);
	await until("commits wait", 30, async () => {
		const question = "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_source_wait_sessions'";
		const [[row]] = (await asRoot(bench, primary, [question])) as [[{ Value: string }]];
		return Number(row.Value) > 0;
	});
	await until(`${last.name} has applied all`, 30, async () => !(await hasUnapplied(bench, last)));
	return RestoredCopy.of(bench, last);
}

async function allLost(stage: Stage, storage: Storage): Promise<void> {
	const { bench, ledger } = stage;
	const copy = await lastCopy(stage);
	try {
		storage.kubelet.together = true;
		for (const each of bench.instances) await each.hold();
		stage.fault();
		for (const each of bench.instances) {
			await each.signal("SIGKILL");
			await each.loseData();
		}
		await healNetwork();
		for (const each of bench.watchdogs) each.signal("SIGCONT");
		for (const each of bench.instances) await each.release();
		await stage.alert("quorum");
		await stage.sameTermFor(5);
		const id = crypto.randomUUID();
		await writeRequest(bench, { id, at: new Date().toISOString(), kind: "renewVolumes", acceptLoss: true });
		const renewed = await until("new volumes", patience, async () => {
			const answer = (await bench.record())?.request;
			return answer?.id === id && answer;
		});
		stage.holds(renewed.state === "done", `new volumes were refused: ${renewed.message}`);
		stage.holds(storage.released.length === 3, `given up were ${storage.released.length} volumes`);
		const seed = await settled(bench, await askForSeed(bench, copy, "lost"));
		stage.holds(seed.state === "done", `the copy was not put in place: ${seed.message}`);
		await ledger.more(20);
	} finally {
		await copy.end();
	}
}

/** As large as it takes for CLONE to be the longer way. */
const large = 100e12;

async function ofSnapshot(stage: Stage, storage: Storage, snapshots: PlayedStorage): Promise<void> {
	const { bench, ledger } = stage;
	storage.snapshots = snapshots;
	await (await SnapshotJob.begin(bench, `snapshot-${stage.round}`)).ended();
	const taken = await snapshots.only();
	const name = taken.metadata?.name ?? "";
	const { fault } = await checked(bench, snapshots, name);
	stage.holds(fault === null, `the snapshot does not verify: ${fault}`);
	await snapshots.store.annotate(name, {
		[snapshotAnnotations.verifiedAt]: new Date().toISOString(),
		[snapshotAnnotations.bytes]: `${large}`,
	});
	await ledger.more(50);
	const replica = bench.instance(writtenOn(taken, "instance"));
	const old = storage.volumeOf(replica);
	stage.fault();
	await storage.lose(replica);
	await replaced(stage, storage, replica, old);
	const claim = await bench.core.readNamespacedPersistentVolumeClaim({ name: `data-${replica.name}`, namespace });
	stage.holds(claim.spec?.dataSource?.name === name, "its claim is not made of the snapshot");
	const questions = ["SELECT @@server_uuid AS uuid", "SELECT COUNT(*) AS copies FROM performance_schema.clone_status"];
	const [[server], [clone]] = (await asRoot(bench, replica, questions)) as [[{ uuid: string }], [{ copies: number }]];
	stage.holds(server.uuid !== writtenOn(taken, "server"), "it is the server that the snapshot was taken of");
	stage.holds(Number(clone.copies) === 0, "it was cloned to");
	await stage.sameTermFor(1);
}

/** The old volume is kept, and says why; the instance counts again, on another one. */
async function replaced(stage: Stage, storage: Storage, instance: DatabaseInstance, old: string): Promise<void> {
	await until("its claim is given up", patience, async () => storage.released.length > 0);
	const [kept] = storage.released;
	stage.holds(kept?.metadata?.name === old, `given up was ${kept?.metadata?.name} and not ${old}`);
	const policy = kept?.spec?.persistentVolumeReclaimPolicy;
	stage.holds(policy === "Retain", `with its claim the volume's data would have gone: ${policy}`);
	const note = kept?.metadata?.annotations?.[setAside] ?? "";
	stage.holds(note.includes(`"${instance.name}"`), `the volume does not say what it was: ${note}`);
	await until("it counts again", patience, async () => {
		const status = await stage.bench.status();
		return status?.protected && storage.volumeOf(instance) !== old;
	});
	await stage.ledger.more(20);
	stage.holds(storage.released.length === 1, `given up were ${storage.released.length} volumes`);
}

async function withStorage(
	stage: Stage,
	reclaimPolicy: "Retain" | "Delete",
	work: (storage: Storage) => Promise<void>,
): Promise<void> {
	const storage = await Storage.begin(stage.bench, reclaimPolicy);
	try {
		await storage.kubelet.during(() => work(storage));
	} finally {
		await storage.end();
	}
}

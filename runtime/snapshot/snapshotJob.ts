/** `mysql-dr job snapshot`: one snapshot, taken, tried and kept in order, in its pod. */
import type { MemberAccess } from "../backup/donorAccess.ts";
import { inTurn, memberAccess, type PodScene, runPodJob } from "../backup/jobScene.ts";
import type { Tell } from "../backup/progress.ts";
import { BrokenPromise, FailedError } from "../exit.ts";
import { clusterStore } from "../failover/clusterStore.ts";
import { accessTo } from "../kubernetes/access.ts";
import { ownCluster } from "../kubernetes/pooledKubeConfig.ts";
import { putBackWhatWasLeft } from "./dirtyPages.ts";
import { type Hold, podHold } from "./podHold.ts";
import { keptSnapshots, letGo } from "./retention.ts";
import { type SnapshotStore, snapshotStore } from "./snapshotStore.ts";
import { type Taken, takeSnapshot } from "./takeSnapshot.ts";
import { type Verdict, verifySnapshot } from "./verifySnapshot.ts";

const apiMs = 5000;

export interface SnapshotResult {
	readonly snapshot: Taken;
	readonly verdict: Verdict;
	/** Snapshots that were let go. */
	readonly released: readonly string[];
}

/** @throws BrokenPromise where the snapshot does not verify; what was found is said all the same */
export async function runSnapshotJob(): Promise<void> {
	const results: SnapshotResult[] = [];
	await runPodJob(async (scene) => {
		const result = await snapshotInPod(scene);
		results.push(result);
		return result;
	});
	for (const { snapshot, verdict } of results) {
		if (verdict.fault !== null) throw new BrokenPromise(`${snapshot.name} is of no use: ${verdict.fault}`);
	}
}

async function snapshotInPod(scene: PodScene): Promise<SnapshotResult> {
	const { settings, tell, signal } = scene;
	const { namespace, cluster, plan } = settings;
	const config = ownCluster();
	const access = accessTo(config, namespace);
	const store = snapshotStore({ api: access.api, namespace, cluster });
	const snapshot = await inTurn(scene, config, () => taken(scene, access, store));
	// Nobody waits for this: it has a volume of its own.
	const verdict = await settled(verifySnapshot({ access, store, tell, signal }, snapshot.name));
	const released = await settled(release(store, plan.snapshots.keep, signal));
	if ("error" in verdict) throw new FailedError(`${snapshot.name} was taken, and not tried: ${verdict.error}`);
	if ("error" in released)
		throw new FailedError(`${snapshot.name} was taken, and no old one let go: ${released.error}`);
	return { snapshot, verdict: verdict.value, released: released.value };
}

async function taken(scene: PodScene, access: ReturnType<typeof accessTo>, store: SnapshotStore): Promise<Taken> {
	const { settings, tell, signal } = scene;
	const { namespace, cluster, snapshots } = settings;
	const { snapshotClass } = snapshots;
	if (snapshotClass === undefined) throw new FailedError("this site has no class of volume snapshots");
	const members = await memberAccess(scene);
	const hold = podHold({ api: access.api, namespace, by: process.env.POD_NAME ?? "snapshot" });
	await leaveNothing(members, hold, tell);
	const records = clusterStore({ config: access.config, namespace, cluster, deadlineMs: apiMs });
	const record = async () => {
		const found = (await records.readRecord()).record;
		if (found === null) throw new FailedError("the cluster has no record yet: there is nothing to take a snapshot of");
		return found;
	};
	return takeSnapshot({ snapshotClass, access: members, record, hold, store, tell, signal });
}

/** Of a job that was killed; it is nobody else's turn now. */
async function leaveNothing(members: MemberAccess, hold: Hold, tell: Tell): Promise<void> {
	const left = await putBackWhatWasLeft(members);
	for (const name of left) tell({ step: "noted", message: `${name} writes its pages as before a job that was killed` });
	for (const name of members.members) await hold.release(name);
}

async function release(store: SnapshotStore, keep: number, signal: AbortSignal): Promise<string[]> {
	const released = letGo(keptSnapshots(await store.list()), keep);
	for (const name of released) {
		signal.throwIfAborted();
		await store.letGo(name);
	}
	return released;
}

type Settled<T> = { readonly value: T } | { readonly error: string };

/** What goes wrong with the one does not keep the other from being done. */
async function settled<T>(work: Promise<T>): Promise<Settled<T>> {
	try {
		return { value: await work };
	} catch (error) {
		return { error: error instanceof Error ? error.message : String(error) };
	}
}

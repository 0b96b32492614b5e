/** Has a snapshot tried: a job with a volume made of it, and what it found written on the snapshot. */

import { size } from "../../objectives/size.ts";
import type { Tell } from "../backup/progress.ts";
import { followJob } from "../commands/followJob.ts";
import { FailedError } from "../exit.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { UnreachableError } from "../kubernetes/api.ts";
import { cronJobNames, startJob } from "../kubernetes/jobs.ts";
import { until } from "../kubernetes/until.ts";
import { equals, parseGtidSet } from "../mysql/gtidSet.ts";
import { checkedSnapshotSchema } from "./checkSnapshot.ts";
import { snapshotAnnotations, snapshotOf, type VolumeSnapshotObject } from "./snapshot.ts";
import type { SnapshotStore } from "./snapshotStore.ts";

export interface VerifyRun {
	readonly access: ClusterAccess;
	readonly store: SnapshotStore;
	readonly tell: Tell;
	readonly signal: AbortSignal;
}

export interface Verdict {
	/** Null where it does not verify. */
	readonly verifiedAt: string | null;
	readonly fault: string | null;
	/** For how long the copy was checked. */
	readonly seconds: number;
}

const lookMs = 1000;

/**
 * What is wrong with the copy is the verdict, and stays written on the snapshot: it is never used.
 * @throws FailedError where it could not be tried: nothing is known then
 */
export async function verifySnapshot(run: VerifyRun, name: string): Promise<Verdict> {
	const { access, store, tell, signal } = run;
	tell({ step: "waiting for the snapshot to be ready", message: name });
	// As long as the storage takes to copy it away, where it does: the job has a limit of its own.
	const patience = { timeoutMs: Number.POSITIVE_INFINITY, periodMs: lookMs, signal };
	const object = await until(patience, () => ready(store, name));
	const snapshot = object && snapshotOf(object);
	if (!snapshot) throw new FailedError(`${name} is gone`);
	const wish = { args: [name], snapshot: { name, bytes: restoreBytes(object) }, reason: `is ${name} whole?` };
	const job = await startJob(access, cronJobNames.snapshotCheck, wish, "npm run up declares it");
	const said = await followed(run, job).catch(async (error) => {
		// Its volume goes with it.
		if (signal.aborted) await access.deleteJob(job.metadata?.name ?? "").catch(() => {});
		throw error;
	});
	const { fault, gtidExecuted, seconds, at } = said;
	const verdict = fault ?? difference(gtidExecuted ?? "", snapshot.gtidExecuted);
	const [wanted, unwanted] = verdict === null ? (["verifiedAt", "fault"] as const) : (["fault", "verifiedAt"] as const);
	await store.annotate(name, {
		[snapshotAnnotations[wanted]]: (verdict ?? at).slice(0, 500),
		[snapshotAnnotations[unwanted]]: null,
	});
	return { verifiedAt: verdict === null ? at : null, fault: verdict, seconds };
}

/** @throws FailedError once it is gone */
async function ready(store: SnapshotStore, name: string): Promise<VolumeSnapshotObject | null> {
	const found = await unlessAway(store.read(name).then((object) => ({ object })));
	if (found?.object === null) throw new FailedError(`${name} was deleted`);
	return found?.object?.status?.readyToUse === true ? found.object : null;
}

/** It takes long, and an API server that is away for a while is no reason to know nothing in the end. */
async function unlessAway<T>(asked: Promise<T>): Promise<T | null> {
	try {
		return await asked;
	} catch (error) {
		if (error instanceof UnreachableError) return null;
		throw error;
	}
}

/** A volume made of it must be as large at least. */
function restoreBytes({ status }: VolumeSnapshotObject): number {
	return status?.restoreSize === undefined ? 0 : size(status.restoreSize);
}

/** What it says on the way is ours. */
async function followed({ access, tell, signal }: VerifyRun, job: Parameters<typeof followJob>[1]) {
	const step = "trying a copy";
	const say = (message: string) => tell({ step, message });
	const context = { terminal: { note: say, live: () => {} }, signal };
	const patience = { timeoutMs: Number.POSITIVE_INFINITY, periodMs: lookMs, signal };
	const end = await until(patience, () => unlessAway(followJob(access, job, context)));
	const said = checkedSnapshotSchema.safeParse(end?.result);
	if (said.success) return said.data;
	throw new FailedError(`job ${job.metadata?.name} ended without a verdict: is its image of this version?`);
}

function difference(found: string, written: ReturnType<typeof parseGtidSet>): string | null {
	if (equals(parseGtidSet(found), written)) return null;
	return `the copy holds ${found || "no transaction"}, which is not what was written on it`;
}

/** `mysql-dr restore --to …`: the database as it was, beside it, in a part of it, or in its place. */
import { FailedError } from "../exit.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import { cronJobNames, startJob } from "../kubernetes/jobs.ts";
import { snapshotWords } from "../restore/base.ts";
import { volumeBytes } from "../restore/room.ts";
import { formatTarget, type RestoreTarget } from "../restore/target.ts";
import { chooseSnapshot } from "../snapshot/chooseSnapshot.ts";
import { readSnapshots } from "../snapshot/readSnapshots.ts";
import { snapshotStore } from "../snapshot/snapshotStore.ts";
import { whileInUse } from "../snapshot/useSnapshot.ts";
import { seconds, sinceStart } from "../terminal/seconds.ts";
import { table } from "../terminal/table.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result } from "./context.ts";
import { type Followed, followJob } from "./followJob.ts";
import { checkLost, instanceLines, lossLines, renewVolumes } from "./lostVolumes.ts";
import { askCopyIn, copyLines, readCopy } from "./restoredCopy.ts";
import { jobArgs, type RestoreOptions, type RestoreWish, restoreWish } from "./restoreWish.ts";
import { seedRequest } from "./seedRequest.ts";

export async function restore(context: Context, options: RestoreOptions): Promise<Result> {
	const wish = restoreWish(options);
	if (wish.kind === "folder") {
		const { restoreHere } = await import("./restoreHere.ts");
		return restoreHere(context, wish);
	}
	const access = clusterAccess(options);
	if (wish.kind === "replace" && wish.replaces === "new-volumes") return restoreLost(access, wish, context, options);
	const snapshot = await snapshotFor(access, wish.target, options);
	if (wish.kind === "replace" && !options.yes) await confirmed(context.terminal, await question(access, wish));
	return begun(access, wish, snapshot, context);
}

/**
 * Every volume is lost: what is known of the loss is said first, and what came of it in the end.
 * @throws Refusal where any instance still has data
 */
export async function restoreLost(
	access: ClusterAccess,
	wish: Replace,
	context: Context,
	options: Pick<RestoreOptions, "yes" | "fromSnapshot">,
): Promise<Result> {
	const settings = await readSettings(access);
	const { status, loss } = await checkLost(access);
	const snapshot = await snapshotFor(access, wish.target, options);
	for (const line of [...instanceLines(status), ...lossLines(loss, settings)]) context.terminal.note(line);
	if (!options.yes) await confirmed(context.terminal, await question(access, wish));
	await renewVolumes(access, context);
	const result = await begun(access, wish, snapshot, context);
	return { ...result, document: { ...(result.document as object), loss } };
}

async function begun(
	access: ClusterAccess,
	wish: InCluster,
	snapshot: FromSnapshot,
	context: Context,
): Promise<Result> {
	const copy = () => makeCopy(access, wish, snapshot, context);
	const { followed, name } = snapshot === null ? await copy() : await whileInUse(snapshot.store, snapshot.use, copy);
	if (wish.kind === "tables") return tables(followed);
	if (wish.kind === "replace") return replace(access, wish, { followed, name }, context);
	return scratch(access, wish, followed);
}

type InCluster = Exclude<RestoreWish, { readonly kind: "folder" }>;
type FromSnapshot = Awaited<ReturnType<typeof snapshotFor>>;

async function makeCopy(access: ClusterAccess, wish: InCluster, snapshot: FromSnapshot, context: Context) {
	const job = await startJob(access, cronJobNames.restore, {
		args: jobArgs(wish, snapshot?.words),
		reason: `mysql-dr restore to ${formatTarget(wish.target)}`,
		snapshot: snapshot?.volume,
	});
	if (snapshot !== null) context.terminal.note(`its volume is made from snapshot ${snapshot.volume.name}`);
	const name = job.metadata?.name ?? "";
	context.terminal.note(`job ${name} begins`);
	return { followed: await followJob(access, job, context, { untilResult: wish.kind !== "tables" }), name };
}

/** @returns what its job is told of it, and the volume that it needs; null where none was asked for */
async function snapshotFor(
	access: ClusterAccess,
	target: RestoreTarget,
	{ fromSnapshot }: Pick<RestoreOptions, "fromSnapshot">,
) {
	if (fromSnapshot === undefined || fromSnapshot === false) return null;
	const name = typeof fromSnapshot === "string" ? fromSnapshot : undefined;
	const { api, namespace } = access;
	const { cluster } = await readSettings(access);
	const snapshot = chooseSnapshot(await readSnapshots({ api, namespace, cluster }), {
		field: "--from-snapshot",
		...{ name, target },
		otherwise: "leave it out: backups reach further back",
	});
	const volume = { name: snapshot.name, bytes: volumeBytes(snapshot) };
	const use = { name: snapshot.name, by: `restore to ${formatTarget(target)}` };
	const store = snapshotStore({ api, namespace, cluster });
	return { words: snapshotWords(snapshot, name !== undefined), volume, use, store };
}

type Replace = Extract<RestoreWish, { readonly kind: "replace" }>;

async function question(access: ClusterAccess, { target, replaces }: Replace): Promise<string> {
	const { cluster, namespace } = await readSettings(access);
	if (replaces === "new-volumes") {
		return `Give every instance of ${cluster} (namespace ${namespace}) a new volume, and restore ${formatTarget(target)} into them? Old volumes are kept aside.`;
	}
	if (replaces === "new") return `Put the restored copy into the new database ${cluster} of namespace ${namespace}?`;
	return `Replace the data of ${cluster} (namespace ${namespace}) by what it was at ${formatTarget(target)}? Clients wait meanwhile; what was written since is kept in the stores, and is not in the database any more.`;
}

/** Open for writes unless it is to be looked at first. */
async function scratch(
	access: ClusterAccess,
	{ pause }: { readonly pause: boolean },
	{ pod, result }: Followed,
): Promise<Result> {
	if (!pause) await askCopyIn(access, pod, { do: "open" });
	const lines = copyLines(access.namespace, pod, readCopy(result), pause ? "read-only" : "open for writes");
	return { exit: "done", document: { pod, open: !pause, restored: result }, lines };
}

function tables({ result }: Followed): Result {
	const { lines } = readCopy(result);
	return { exit: "done", document: result, lines: [...lines, "next: compare, and take over what you need"] };
}

/** The watchdog puts it in place of the data; the job serves it until then. */
async function replace(
	access: ClusterAccess,
	{ replaces }: Replace,
	{ followed: { pod, result }, name }: { readonly followed: Followed; readonly name: string },
	context: Context,
): Promise<Result> {
	const { gtids, term, copy } = readCopy(result);
	if (copy === null || gtids === null) throw new FailedError(`pod ${pod} does not serve a copy`);
	const wish = {
		donor: copy,
		gtids,
		replaces: replaces === "new-volumes" ? ("lost" as const) : replaces,
		...(term === null ? {} : { beyondTerm: term }),
	};
	const seeded = await seedRequest(access, wish, context);
	await access.deleteJob(name);
	const lines = [
		...table(seeded.timeline.map(({ atSeconds, step }) => [sinceStart(atSeconds), step])),
		`${seeded.primary} is the primary of term ${seeded.term}, with the restored data; it took ${seconds(seeded.seconds)}`,
		...(seeded.safe === "" ? [] : [`what went is safe: ${seeded.safe}`]),
		"next: mysql-dr status --wait-protected",
	];
	return { exit: "done", document: { ...seeded, restored: result }, lines };
}

/** `mysql-dr restore --to …`: the database as it was, beside it, in a part of it, or in its place. */
import { FailedError } from "../exit.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import { cronJobNames, startJob } from "../kubernetes/jobs.ts";
import { formatTarget } from "../restore/target.ts";
import { seconds, sinceStart } from "../terminal/seconds.ts";
import { table } from "../terminal/table.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result } from "./context.ts";
import { type Followed, followJob } from "./followJob.ts";
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
	if (wish.kind === "replace" && !options.yes) await confirmed(context.terminal, await question(access, wish));
	const job = await startJob(access, cronJobNames.restore, {
		args: jobArgs(wish),
		reason: `mysql-dr restore to ${formatTarget(wish.target)}`,
	});
	const name = job.metadata?.name ?? "";
	context.terminal.note(`job ${name} begins`);
	const followed = await followJob(access, job, context, { untilResult: wish.kind !== "tables" });
	if (wish.kind === "tables") return tables(followed);
	if (wish.kind === "replace") return replace(access, wish, { followed, name }, context);
	return scratch(access, wish, followed);
}

type Replace = Extract<RestoreWish, { readonly kind: "replace" }>;

async function question(access: ClusterAccess, { target, replaces }: Replace): Promise<string> {
	const { cluster, namespace } = await readSettings(access);
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
	const wish = { donor: copy, gtids, replaces, ...(term === null ? {} : { beyondTerm: term }) };
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

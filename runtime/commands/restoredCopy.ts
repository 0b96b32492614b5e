/** `mysql-dr restore status | resume | open | discard`: a restored copy that waits in a job's pod. */
import type { V1Pod } from "@kubernetes/client-node";
import { z } from "zod";
import { UserError } from "../../objectives/error.ts";
import { FailedError } from "../exit.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { restoreFolder } from "../restore/restoreFolder.ts";
import { formatTarget, parseTarget } from "../restore/target.ts";
import { scratchPaths } from "../scratch/scratchCnf.ts";
import { seconds } from "../terminal/seconds.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result } from "./context.ts";
import { jobLine } from "./jobLine.ts";
import type { RestoreOptions } from "./restoreWish.ts";
import { shortGtid } from "./statusText.ts";

export const copyActions = ["status", "resume", "open", "discard"] as const;
type CopyAction = (typeof copyActions)[number];

const selector = "app.kubernetes.io/name=mysql,app.kubernetes.io/part-of=mysql-dr,app.kubernetes.io/component=restore";
/** A replay of hours is bounded by its own progress, not by us. */
const copySocket = scratchPaths(restoreFolder()).socket;
const longestMs = 24 * 3600 * 1000;

export async function restoredCopy(context: Context, options: RestoreOptions, action = ""): Promise<Result> {
	const known = copyActions.find((one) => one === action);
	if (known === undefined) throw unknownAction(action);
	const access = clusterAccess(options);
	const pod = await waitingPod(access);
	const name = pod.metadata?.name ?? "";
	if (known === "discard") return discard(context, access, pod, options);
	const result = await askCopyIn(access, name, control(known, options));
	return {
		exit: "done",
		document: { pod: name, ...readCopy(result).document },
		lines: copyLines(access.namespace, name, readCopy(result), null),
	};
}

type Control = { readonly do: "status" | "open" } | { readonly do: "resume"; readonly to: string };

function control(action: Exclude<CopyAction, "discard">, { to }: RestoreOptions): Control {
	if (action !== "resume") return { do: action };
	if (to !== undefined) return { do: "resume", to: formatTarget(parseTarget(to)) };
	throw new UserError({
		field: "--to",
		value: undefined,
		wrong: "is missing",
		remedy: "name a later target than the copy is at",
	});
}

async function discard(
	{ terminal }: Context,
	access: ClusterAccess,
	pod: V1Pod,
	{ yes }: RestoreOptions,
): Promise<Result> {
	const job = pod.metadata?.labels?.["batch.kubernetes.io/job-name"] ?? "";
	if (!yes)
		await confirmed(terminal, `Delete the restored copy in pod ${pod.metadata?.name}? What was written to it is lost.`);
	await access.deleteJob(job);
	return { exit: "done", document: { discarded: job }, lines: [`job ${job} and its copy are deleted`] };
}

/**
 * Tells the copy what to do.
 * @returns its result
 * @throws FailedError in its own words
 */
export async function askCopyIn(access: ClusterAccess, pod: string, { do: what, ...more }: Control): Promise<unknown> {
	const words = "to" in more ? ["--to", more.to] : [];
	const ran = await access.run(pod, "job", ["mysql-dr", "job", "copy", what, ...words], longestMs);
	const said = ran.stdout.split("\n").map(jobLine);
	const result = said.find((line) => line?.kind === "result");
	if (ran.exitCode === 0 && result !== undefined) return result.result;
	const error = said.find((line) => line?.kind === "error");
	throw new FailedError(
		`the copy in ${pod} did not ${what}: ${error?.message ?? (ran.stderr.trim() || "it said nothing")}`,
	);
}

/** The newest pod of a restore that runs. */
async function waitingPod(access: ClusterAccess): Promise<V1Pod> {
	const running = (await access.pods(selector)).filter(
		({ metadata, status }) => !metadata?.deletionTimestamp && status?.phase === "Running",
	);
	const time = ({ metadata }: V1Pod) => new Date(metadata?.creationTimestamp ?? 0).getTime();
	const newest = running.sort((one, other) => time(other) - time(one))[0];
	if (newest !== undefined) return newest;
	throw new FailedError(
		`no restored copy waits in namespace ${access.namespace}: make one with mysql-dr restore --to …`,
	);
}

/** Of a job, which says its plan, or of a copy, which says what it was told last. */
const copySchema = z.looseObject({
	gtidExecuted: z.string().nullish(),
	target: z.string().nullish(),
	plan: z.looseObject({ target: z.string(), snapshot: z.looseObject({ name: z.string() }).nullish() }).nullish(),
	term: z.number().int().nullish(),
	copy: z.object({ host: z.string().min(1), port: z.number().int(), identity: z.string() }).nullish(),
	loaded: z.object({ tables: z.array(z.string()), rows: z.number(), seconds: z.number() }).nullish(),
	notes: z.array(z.string()).nullish(),
});

/** What a job or a copy says of the copy. */
export function readCopy(result: unknown) {
	const document = copySchema.safeParse(result).data ?? {};
	const target = document.target ?? document.plan?.target ?? null;
	const gtids = document.gtidExecuted ?? null;
	const snapshot = document.plan?.snapshot?.name;
	const lines = [
		...(target === null ? [] : [`restored to ${target}${snapshot === undefined ? "" : `, from snapshot ${snapshot}`}`]),
		...(gtids === null ? [] : [`holds ${shortGtid(gtids)}`]),
		...(document.loaded == null
			? []
			: [
					`${document.loaded.rows} rows are in ${document.loaded.tables.join(", ")} (${seconds(document.loaded.seconds)})`,
				]),
		...(document.notes ?? []).map((note) => `note: ${note}`),
	];
	return { gtids, term: document.term ?? null, copy: document.copy ?? null, document, lines };
}

/** @param state null where it is not known to have changed */
export function copyLines(
	namespace: string,
	pod: string,
	{ lines }: { readonly lines: readonly string[] },
	state: string | null,
): string[] {
	return [
		...lines,
		`the copy is in pod ${pod}${state === null ? "" : `, ${state}`}; look at it:`,
		`  kubectl -n ${namespace} exec -it ${pod} -c job -- mysql --socket=${copySocket} -uroot -p`,
		"  (password: mysql-dr credentials root)",
		"next: mysql-dr restore resume --to … | open | discard",
	];
}

function unknownAction(action: string): UserError {
	return new UserError({
		field: "action",
		value: action,
		wrong: `there is no "restore ${action}"`,
		remedy: `leave it out, or choose one of ${copyActions.join(", ")}`,
	});
}

/** A job of ours, watched from the operator's desk to its end: what it says in its log, a JSON document a line. */
import type { V1Job, V1Pod } from "@kubernetes/client-node";
import { type Exit, exits, FailedError } from "../exit.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { ApiError } from "../kubernetes/api.ts";
import { until } from "../kubernetes/until.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type JobLine, jobLine, progressText } from "./jobLine.ts";

/** How a job ended, or where it stands when it waits for what is to come. */
export interface Followed {
	readonly exit: Exit;
	/** What its `result` line holds. */
	readonly result: unknown;
	readonly pod: string;
}

/** Whoever follows: a person's terminal, or another job. */
export interface FollowContext {
	readonly terminal: Pick<Terminal, "note" | "live">;
	readonly signal: AbortSignal;
}

export interface FollowOptions {
	/** Also done when the result has been said, though the job stays: a copy that is being served. */
	readonly untilResult?: boolean;
}

const periodMs = 1000;
/** More than a job says in a second. */
const lines = 200;
const container = "job";

/**
 * Shows each step, and what goes on within it, until the job ends. Interrupted, the job goes on by itself.
 * @throws FailedError with the job's own words when it failed, or when it ended without a result
 */
export async function followJob(
	access: ClusterAccess,
	job: V1Job,
	context: FollowContext,
	{ untilResult = false }: FollowOptions = {},
): Promise<Followed> {
	const name = job.metadata?.name ?? "";
	const told = new Teller(context);
	const patience = { timeoutMs: Number.POSITIVE_INFINITY, periodMs, signal: context.signal };
	try {
		const end = await until(patience, async () => {
			const pod = await newestPod(access, name);
			if (pod === null) return ended(name, await access.job(name), told);
			// Asked before the log is read: what an ended container said is then all there.
			const code = pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode ?? null;
			told.hear(await linesOf(access, pod, container));
			if (code !== null) return { pod: pod.metadata?.name ?? "", code };
			if (untilResult && told.result !== undefined) return { pod: pod.metadata?.name ?? "", code: 0 };
			told.waiting(pod);
			return ended(name, await access.job(name), told);
		});
		return followed(name, end, told);
	} catch (error) {
		if (context.signal.aborted)
			context.terminal.note(`job ${name} goes on: kubectl -n ${access.namespace} logs -f job/${name}`);
		throw error;
	}
}

interface End {
	readonly pod: string;
	readonly code: number;
}

function followed(name: string, end: End | null, told: Teller): Followed {
	const exit = (Object.keys(exits) as Exit[]).find((one) => exits[one].code === end?.code) ?? "failed";
	if (end !== null && told.result !== undefined && (exit === "done" || exit === "broken")) {
		return { exit, result: told.result, pod: end.pod };
	}
	const message = `job ${name} failed${end === null ? "" : ` (exit code ${end.code})`}: ${told.why()}`;
	throw new FailedError(message, { exit: exit === "refused" || exit === "badInput" ? exit : "failed" });
}

/** A job whose pods are gone, or that may not go on. */
function ended(name: string, job: V1Job | null, told: Teller): null {
	if (job === null) throw new FailedError(`job ${name} was deleted`);
	const failed = job.status?.conditions?.find(({ type, status }) => type === "Failed" && status === "True");
	if (failed === undefined) return null;
	throw new FailedError(`job ${name} failed: ${failed.message ?? failed.reason ?? ""}; ${told.why()}`);
}

async function newestPod(access: ClusterAccess, job: string): Promise<V1Pod | null> {
	const pods = [...(await access.pods(`batch.kubernetes.io/job-name=${job}`))];
	const time = (pod: V1Pod) => new Date(pod.metadata?.creationTimestamp ?? 0).getTime();
	return pods.sort((one, other) => time(other) - time(one))[0] ?? null;
}

/** What a container says in its log. Nothing yet where the container has not begun: the API says 400. */
export async function linesOf(access: ClusterAccess, pod: V1Pod, of: string): Promise<readonly string[]> {
	try {
		return await access.log(pod.metadata?.name ?? "", of, lines);
	} catch (error) {
		if (error instanceof ApiError && (error.status === 400 || error.status === 404)) return [];
		throw error;
	}
}

/** Says each step once, and what is newest again and again. */
export class Teller {
	result: unknown;
	readonly #context: FollowContext;
	#error: string | null = null;
	#last: string | null = null;
	#step = "";

	constructor(context: FollowContext) {
		this.#context = context;
	}

	hear(log: readonly string[]): void {
		const fresh = this.#last === null ? log : log.slice(log.lastIndexOf(this.#last) + 1);
		this.#last = log.at(-1) ?? this.#last;
		for (const text of fresh) this.#take(jobLine(text), text);
	}

	waiting(pod: V1Pod): void {
		if (this.#last !== null) return;
		const condition = pod.status?.conditions?.find(({ status, message }) => status === "False" && message);
		this.#context.terminal.live(`waiting for ${pod.metadata?.name}: ${condition?.message ?? pod.status?.phase ?? ""}`);
	}

	why(): string {
		return this.#error ?? this.#last ?? "it said nothing";
	}

	#take(line: JobLine | null, text: string): void {
		const { terminal } = this.#context;
		if (line === null) terminal.note(text);
		if (line?.kind === "result") this.result = line.result;
		if (line?.kind === "error") this.#error = line.message;
		if (line?.kind !== "progress") return;
		if (line.step !== this.#step) terminal.note(line.step);
		this.#step = line.step;
		terminal.live(progressText(line));
	}
}

/** An operator's request: only the watchdog changes the primary; a command asks it, waits for the answer and shows what was done. */
import { randomUUID } from "node:crypto";
import { FailedError, Refusal } from "../exit.ts";
import { type ClusterRecord, parseRecord, type Request } from "../failover/record.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { until } from "../kubernetes/until.ts";
import { seconds, sinceStart } from "../terminal/seconds.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result } from "./context.ts";

type Without<T, Keys extends PropertyKey> = T extends unknown ? Omit<T, Keys> : never;
/** What is asked for; when and by which id is added. */
export type Wish = Without<Request, "id" | "at">;

/** The drain limit and the catch-up are bounded by the plan; this is well beyond both. */
export const answerLimitMs = 90_000;

/**
 * Asks, and waits.
 * @param from who is primary now
 * @throws Refusal when the watchdog refuses, FailedError when it fails or does not answer
 */
export async function askWatchdog(
	access: ClusterAccess,
	wish: Wish,
	from: string | null,
	context: Context,
): Promise<Result> {
	const { request, record } = await answered(access, wish, context);
	return report(request, record, from);
}

export interface Answered {
	readonly request: Request;
	/** As it was when the answer was in it. */
	readonly record: ClusterRecord;
}

/**
 * Asks, and waits until it is done.
 * @throws as above
 */
export async function answered(
	access: ClusterAccess,
	wish: Wish,
	context: Context,
	limitMs: number = answerLimitMs,
): Promise<Answered> {
	const request = await writeRequest(access, wish);
	const record = await answerTo(request, access, context, limitMs);
	const { state, message } = record.request ?? { state: "failed" as const, message: "no answer" };
	if (state === "refused") throw new Refusal(message, "see mysql-dr status");
	if (state === "failed") throw new FailedError(`the ${word(request)} failed: ${message}; see mysql-dr status`);
	return { request, record };
}

const words: Readonly<Record<Request["kind"], string>> = {
	switchover: "switchover",
	promote: "promotion",
	seed: "seed",
	replaceVolume: "replacement",
	renewVolumes: "renewal",
};
const word = ({ kind }: Request) => words[kind];

/** Replaces the request before it, answered or not. */
export async function writeRequest(access: ClusterAccess, wish: Wish): Promise<Request> {
	const request: Request = { id: randomUUID(), at: new Date().toISOString(), ...wish };
	const name = "mysql-request";
	const there = await access.configMap(name);
	const metadata = there?.metadata ?? { name, namespace: access.namespace };
	await access.writeConfigMap({
		apiVersion: "v1",
		kind: "ConfigMap",
		metadata,
		data: { "request.json": JSON.stringify(request) },
	});
	return request;
}

/** Null where the cluster was never initialised. */
export async function readRecord(access: ClusterAccess): Promise<ClusterRecord | null> {
	const text = (await access.configMap("mysql-cluster"))?.data?.["record.json"];
	return text === undefined ? null : parseRecord(text);
}

async function answerTo(
	request: Request,
	access: ClusterAccess,
	{ terminal, signal }: Context,
	limitMs: number,
): Promise<ClusterRecord> {
	const patience = { timeoutMs: limitMs, periodMs: 250, signal };
	const answered = await until(patience, async () => {
		const record = await readRecord(access);
		if (record?.request?.id === request.id) return record;
		terminal.live(`waiting for the watchdog (request ${request.id})`);
		return null;
	});
	if (answered !== null) return answered;
	throw new FailedError(
		`the watchdog did not answer within ${seconds(limitMs / 1000)}; it may still act: see mysql-dr status`,
	);
}

function report(request: Request, record: ClusterRecord, from: string | null): Result {
	const change = record.lastChange;
	const began = Date.parse(change?.startedAt ?? request.at);
	const ended = Date.parse(change?.finishedAt ?? record.request?.at ?? request.at);
	const took = (ended - began) / 1000;
	const timeline = (change?.steps ?? []).map(({ at, step }) => ({ atSeconds: (Date.parse(at) - began) / 1000, step }));
	const document = {
		id: request.id,
		state: "done",
		message: record.request?.message ?? "",
		from,
		to: record.primary,
		term: record.term,
		seconds: took,
		timeline,
	};
	const lines = [
		...table(timeline.map(({ atSeconds, step }) => [sinceStart(atSeconds), step])),
		`${record.primary} is the primary of term ${record.term}; the ${word(request)} took ${seconds(took)}`,
		"next: mysql-dr status",
	];
	return { exit: "done", document, lines };
}

/** `mysql-dr switchover`: asks the watchdog, which alone moves the primary, and follows what it does. */
import { randomUUID } from "node:crypto";
import { UserError } from "../../objectives/error.ts";
import { FailedError, Refusal } from "../exit.ts";
import { type ClusterRecord, parseRecord, type Request } from "../failover/record.ts";
import type { Status } from "../failover/status.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { until } from "../kubernetes/until.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import { seconds, sinceStart } from "../terminal/seconds.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

export interface SwitchoverOptions extends SharedOptions {
	readonly to?: string;
	readonly yes?: boolean;
}

/** The drain limit and the catch-up are bounded by the plan; this is well beyond both. */
const answerLimitMs = 90_000;

export async function switchover({ terminal, signal }: Context, options: SwitchoverOptions): Promise<Result> {
	const access = clusterAccess(options);
	const before = await leaderStatus(access);
	checkTarget(before, options.to);
	if (!options.yes) await agree(terminal, before, options.to);
	const request = await writeRequest(access, options.to);
	const record = await answerTo(request, access, { terminal, signal });
	const { state, message } = record.request ?? { state: "failed" as const, message: "no answer" };
	if (state === "refused") throw new Refusal(message, "see mysql-dr status");
	if (state === "failed") throw new FailedError(`the switchover failed: ${message}; see mysql-dr status`);
	return report(request, record, before.primary);
}

/** The watchdog judges again; these answers are quicker and say what there is. */
function checkTarget({ instances, primary }: Status, to: string | undefined): void {
	if (to === undefined) return;
	const others = instances.map(({ name }) => name).filter((name) => name !== primary);
	if (others.includes(to)) return;
	const wrong = to === primary ? `${to} is the primary already` : `there is no instance "${to}"`;
	throw new UserError({ field: "--to", value: to, wrong, remedy: `choose one of ${others.join(", ")}` });
}

async function agree(terminal: Terminal, { primary }: Status, to: string | undefined): Promise<void> {
	await confirmed(
		terminal,
		`Move the primary from ${primary ?? "nobody"} to ${to ?? "the replica that is best placed"}?`,
	);
}

async function writeRequest(access: ClusterAccess, to: string | undefined): Promise<Request> {
	const request: Request = {
		id: randomUUID(),
		kind: "switchover",
		...(to === undefined ? {} : { to }),
		at: new Date().toISOString(),
	};
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

async function answerTo(
	request: Request,
	access: ClusterAccess,
	{ terminal, signal }: Context,
): Promise<ClusterRecord> {
	const patience = { timeoutMs: answerLimitMs, periodMs: 250, signal };
	const answered = await until(patience, async () => {
		const text = (await access.configMap("mysql-cluster"))?.data?.["record.json"];
		const record = text === undefined ? null : parseRecord(text);
		if (record?.request?.id === request.id) return record;
		terminal.live(`waiting for the watchdog (request ${request.id})`);
		return null;
	});
	if (answered !== null) return answered;
	throw new FailedError(
		`the watchdog did not answer within ${seconds(answerLimitMs / 1000)}; it may still act: see mysql-dr status`,
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
		`${record.primary} is the primary of term ${record.term}; the switchover took ${seconds(took)}`,
		"next: mysql-dr status",
	];
	return { exit: "done", document, lines };
}

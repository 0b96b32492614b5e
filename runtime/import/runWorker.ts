/** Begins a worker's pod, shows what it says, and gives what came out. */
import { FailedError, Refusal } from "../exit.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { ApiError } from "../kubernetes/api.ts";
import { until } from "../kubernetes/until.ts";
import { watchdogPods } from "../kubernetes/watchdogStatus.ts";
import type { Desk } from "./desk.ts";
import { type ImportMessage, type Numbered, parseMessage } from "./messages.ts";
import type { Operation } from "./worker.ts";
import { workerContainer, workerPod } from "./workerPod.ts";

export interface Following {
	readonly signal: AbortSignal;
	readonly onMessage: (message: ImportMessage) => void;
	/** Whether the worker is to go on when the desk is interrupted. */
	readonly goesOn: boolean;
}

/** Milliseconds. */
const periodMs = 500;
/** A worker may load for days. */
const longestMs = 30 * 86_400_000;
/** A worker says a few words a second at most. */
const logLines = 500;

/**
 * @returns its last message: a result or findings
 * @throws Refusal and FailedError as the worker did
 */
export async function runWorker(desk: Desk, operation: Operation, following: Following): Promise<ImportMessage> {
	const { access } = desk;
	const name = podName(operation);
	await begin(desk, name, operation);
	try {
		const last = await follow(access, name, following);
		await access.deletePod(name);
		return ended(last);
	} catch (error) {
		if (following.signal.aborted) await leave(access, name, following);
		throw error;
	}
}

/** What only reads does not wait for what works. */
const podName = ({ do: what }: Operation) =>
	what === "check" || what === "status" ? `mysql-import-${what}` : "mysql-import";

async function begin({ access, settings }: Desk, name: string, operation: Operation): Promise<void> {
	const { namespace } = access;
	const before = await access.pod(name);
	const phase = before?.status?.phase;
	if (phase === "Succeeded" || phase === "Failed") await removed(access, name);
	const image = (await watchdogPods(access))[0]?.spec?.containers[0]?.image;
	if (image === undefined) throw new FailedError(`no watchdog runs in namespace ${namespace}: its image is not known`);
	const { cluster, tlsSecret } = settings;
	try {
		await access.createPod(workerPod({ name, namespace, cluster, image, tlsSecret, operation }));
	} catch (error) {
		if (!(error instanceof ApiError && error.status === 409)) throw error;
		throw new Refusal(`pod ${name} works on it already`, "see mysql-dr import status");
	}
}

async function removed(access: ClusterAccess, name: string): Promise<void> {
	await access.deletePod(name, 0);
	const { signal } = new AbortController();
	await until({ timeoutMs: 30_000, periodMs, signal }, async () => ((await access.pod(name)) === null ? true : null));
}

async function follow(access: ClusterAccess, name: string, { signal, onMessage }: Following): Promise<ImportMessage> {
	let seen = 0;
	let last: ImportMessage | null = null;
	const look = async () => {
		// In this order: what it says before its end is in the log by then.
		const phase = (await access.pod(name))?.status?.phase;
		if (phase === "Pending") return null;
		const lines = await access.log(name, workerContainer, logLines).catch(() => []);
		for (const { number, message } of lines.map(parseMessage).filter((one): one is Numbered => one !== null)) {
			if (number <= seen) continue;
			seen = number;
			last = message;
			onMessage(message);
		}
		return phase === "Running" ? null : (phase ?? "gone");
	};
	const end = await until({ timeoutMs: longestMs, periodMs, signal }, look);
	if (last !== null) return last;
	throw new FailedError(`pod ${name} ended (${end}) and said nothing: kubectl -n ${access.namespace} logs ${name}`);
}

function ended(last: ImportMessage): ImportMessage {
	if (last.type === "result" || last.type === "findings") return last;
	if (last.type !== "failure") throw new FailedError("the worker ended in the middle; see mysql-dr import status");
	const { kind, message, remedy } = last;
	if (kind === "failed") throw new FailedError(message);
	throw new Refusal(message.replace(/^refused: /, "").replace(`; ${remedy}`, ""), remedy);
}

/** A worker that is told to stop puts back what it can. */
async function leave(access: ClusterAccess, name: string, { goesOn, onMessage }: Following): Promise<void> {
	if (goesOn) return onMessage({ type: "note", text: "the import goes on in the cluster: mysql-dr import status" });
	await access.deletePod(name, 40);
	onMessage({ type: "note", text: `pod ${name} was told to stop and to put back what it can` });
}

/** The drill's client pod, from the operator's side. */

import { UserError } from "../../objectives/error.ts";
import type { Settings } from "../../objectives/settings.ts";
import { FailedError, Refusal } from "../exit.ts";
import type { ClusterAccess } from "../kubernetes/access.ts";
import { ApiError } from "../kubernetes/api.ts";
import { until } from "../kubernetes/until.ts";
import { watchdogPods } from "../kubernetes/watchdogStatus.ts";
import { clientPod, ledgerContainer, sysbenchContainer } from "./clientPod.ts";
import { ledgerPaths } from "./ledgerOptions.ts";
import { type LedgerReport, type Progress, parseMessage } from "./messages.ts";
import { type SysbenchTick, sysbenchTicks } from "./sysbench.ts";

/** One at a time: its name is what keeps a second drill out. */
export const clientName = "mysql-drill";

export interface Client {
	/** Waits until both clients write. */
	awaitWriting(limitMs: number): Promise<Progress>;
	/** How far the ledger is; null while it cannot be read. */
	progress(): Promise<Progress | null>;
	/** Ends the writing and waits for the verified report. */
	finish(limitMs: number): Promise<LedgerReport>;
	ticks(): Promise<SysbenchTick[]>;
	remove(): Promise<void>;
}

/** @throws Refusal where another drill runs */
export async function startClient(access: ClusterAccess, settings: Settings, signal: AbortSignal): Promise<Client> {
	const { namespace } = access;
	const pod = clientPod({
		name: clientName,
		namespace,
		cluster: settings.cluster,
		clusterDomain: settings.clusterDomain,
		instances: settings.members,
		image: await runtimeImage(access),
		credentialsSecret: settings.credentialsSecret,
		tlsSecret: settings.tlsSecret,
		lifetimeSeconds: 3600,
	});
	try {
		await access.createPod(pod);
	} catch (error) {
		if (!(error instanceof ApiError && error.status === 409)) throw error;
		throw new Refusal(
			`a drill runs in namespace ${namespace} already (pod ${clientName})`,
			`wait for it, or if it was left over: kubectl -n ${namespace} delete pod ${clientName}`,
		);
	}
	return client(access, signal);
}

/** The watchdogs run it already, so the nodes have it. */
async function runtimeImage(access: ClusterAccess): Promise<string> {
	const image = (await watchdogPods(access))[0]?.spec?.containers[0]?.image;
	if (image !== undefined) return image;
	throw new UserError({
		field: "--namespace",
		value: access.namespace,
		wrong: "no watchdog runs in this namespace",
		remedy: "name the database's namespace",
	});
}

function client(access: ClusterAccess, signal: AbortSignal): Client {
	const newest = async () => {
		const lines = await access.log(clientName, ledgerContainer, 3).catch(() => []);
		return lines.map(parseMessage).findLast((message) => message !== null) ?? null;
	};
	const progress = async () => {
		const message = await newest();
		if (message?.type === "failure") throw new FailedError(`the ledger failed: ${message.message}`);
		return message?.type === "progress" ? message : null;
	};
	const ticks = async () => {
		const lines = await access.log(clientName, sysbenchContainer, 2000, { timestamps: true }).catch(() => []);
		return sysbenchTicks(lines);
	};
	return {
		progress,
		ticks,
		async awaitWriting(limitMs) {
			const writing = await until({ timeoutMs: limitMs, periodMs: 500, signal }, async () => {
				const [seen, reports] = await Promise.all([progress(), ticks()]);
				return seen !== null && seen.acknowledged > 0 && reports.some(({ tps }) => tps > 0) ? seen : null;
			});
			if (writing !== null) return writing;
			throw new FailedError(`the clients did not begin to write within ${limitMs / 1000} s: ${await trouble(access)}`);
		},
		async finish(limitMs) {
			await access.run(clientName, ledgerContainer, ["touch", ledgerPaths.stop]);
			const report = await until({ timeoutMs: limitMs, periodMs: 500, signal }, async () => {
				const message = await newest();
				if (message?.type === "failure") throw new FailedError(`the ledger failed: ${message.message}`);
				return message?.type === "report" ? message : null;
			});
			if (report !== null) return report;
			throw new FailedError(`the ledger did not report within ${limitMs / 1000} s: ${await trouble(access)}`);
		},
		async remove() {
			await access.deletePod(clientName, 1);
			// Until it is gone its name keeps the next drill out. Not ended by Ctrl-C: that is when it is called.
			const { signal: never } = new AbortController();
			await until({ timeoutMs: 30_000, periodMs: 250, signal: never }, async () =>
				(await access.pod(clientName)) === null ? true : null,
			);
		},
	};
}

/** What can be said of a client that does not do its work. */
async function trouble(access: ClusterAccess): Promise<string> {
	const pod = await access.pod(clientName).catch(() => null);
	if (pod === null) return "its pod is gone";
	const waiting = pod.status?.containerStatuses?.map(({ state }) => state?.waiting?.message ?? state?.waiting?.reason);
	const unscheduled = pod.status?.conditions?.find(({ status }) => status === "False")?.message;
	const why = waiting?.find((reason) => reason !== undefined) ?? unscheduled;
	if (why !== undefined) return why;
	const lines = await access.log(clientName, sysbenchContainer, 3).catch(() => []);
	return lines.join(" | ") || "no reason is known";
}

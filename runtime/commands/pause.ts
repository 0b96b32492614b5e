/** `mysql-dr pause` and `unpause`: for a while the watchdog changes nothing by itself. */
import { randomUUID } from "node:crypto";
import { type Duration, duration, formatDuration } from "../../objectives/duration.ts";
import { UserError } from "../../objectives/error.ts";
import { type PauseOrder, parsePause, pauseKey, pauseName } from "../failover/pause.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

export interface PauseOptions extends SharedOptions {
	readonly for?: Duration;
	readonly reason?: string;
	readonly yes?: boolean;
}

/** Whoever needs longer says so again: a pause that is forgotten leaves the database without failover. */
const longest = duration("7d");

export async function pause({ terminal }: Context, options: PauseOptions): Promise<Result> {
	const lasts = options.for ?? duration("1h");
	checkLength(lasts);
	const access = clusterAccess(options);
	const question = `Pause for ${formatDuration(lasts)}? Meanwhile nobody takes over if the primary dies.`;
	if (!options.yes) await confirmed(terminal, question);
	const now = Date.now();
	const order: PauseOrder = {
		id: randomUUID(),
		at: new Date(now).toISOString(),
		until: new Date(now + lasts).toISOString(),
		lastsMs: lasts,
		reason: options.reason ?? "",
	};
	await write(access, { [pauseKey]: JSON.stringify(order) });
	const paused = { until: order.until, reason: order.reason };
	const lines = [
		`paused until ${order.until}: no failover, no automatic switchover, no rebuild, no rolling update`,
		"an asked-for switchover still works; next: mysql-dr status, mysql-dr unpause",
	];
	return { exit: "done", document: { paused }, lines };
}

export async function unpause(_context: Context, options: SharedOptions): Promise<Result> {
	const access = clusterAccess(options);
	const order = parsePause((await access.configMap(pauseName))?.data?.[pauseKey]);
	if (order !== null) await write(access, {});
	const line = order === null ? "there was no pause" : `the pause until ${order.until} is over; next: mysql-dr status`;
	return { exit: "done", document: { paused: null }, lines: [line] };
}

function checkLength(lasts: Duration): void {
	if (lasts > 0 && lasts <= longest) return;
	throw new UserError({
		field: "--for",
		value: formatDuration(lasts),
		wrong: lasts > 0 ? "is too long for a database to be without failover" : "is no time",
		remedy: `choose up to ${formatDuration(longest)}; a pause can be renewed`,
	});
}

async function write(access: ClusterAccess, data: Record<string, string>): Promise<void> {
	const there = await access.configMap(pauseName);
	const metadata = there?.metadata ?? { name: pauseName, namespace: access.namespace };
	await access.writeConfigMap({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
}

/** How long writes pause when the primary is moved as planned, for clients that go through the Service: on the site that runs. */
import { setTimeout as sleep } from "node:timers/promises";
import { readRecord, writeRequest } from "../runtime/commands/askWatchdog.ts";
import { startClient } from "../runtime/drill/client.ts";
import { gapLength, longestGaps, median } from "../runtime/drill/gaps.ts";
import { type ClusterAccess, clusterAccess } from "../runtime/kubernetes/access.ts";
import { readSettings } from "../runtime/kubernetes/declared.ts";
import { until } from "../runtime/kubernetes/until.ts";
import { leaderStatus } from "../runtime/kubernetes/watchdogStatus.ts";
import { acknowledged } from "./drillBook.ts";
import { protectedAgain } from "./protectedAgain.ts";
import { rounded } from "./stopwatch.ts";

export interface SwitchoversOptions {
	readonly runs: number;
	readonly note: (text: string) => void;
}

interface Switchover {
	readonly from: string;
	readonly to: string;
	/** Milliseconds since 1970: from when it was asked for until the record says that it is done. */
	readonly askedAt: number;
	readonly doneAt: number;
}

export interface SwitchoversBench {
	readonly runs: readonly { readonly from: string; readonly to: string; readonly pauseSeconds: number }[];
	readonly medianSeconds: number;
	readonly leastSeconds: number;
	readonly mostSeconds: number;
	readonly acknowledged: number;
	readonly lost: number;
	readonly unknown: number;
	readonly refused: number;
}

const limits = { beginMs: 90_000, answerMs: 90_000, reportMs: 180_000 };
const steadyMs = 3000;

/** @throws Error where a switchover is not done: then nothing was shown */
export async function benchSwitchovers({ runs, note }: SwitchoversOptions): Promise<SwitchoversBench> {
	const stop = new AbortController();
	process.once("SIGINT", () => stop.abort());
	const { signal } = stop;
	const access = clusterAccess({});
	await protectedAgain(access, signal);
	const client = await startClient(access, await readSettings(access), signal);
	try {
		await client.awaitWriting(limits.beginMs);
		const done: Switchover[] = [];
		for (let n = 1; n <= runs; n++) {
			await sleep(steadyMs, undefined, { signal });
			const one = await switchedOver(access, signal);
			note(`${n} of ${runs}: ${one.from} to ${one.to}`);
			done.push(one);
			await protectedAgain(access, signal);
		}
		const times = (await acknowledged(access)).map(({ at }) => at);
		const { lost, unknown, refused, acknowledged: count } = await client.finish(limits.reportMs);
		const seen = done.map((one) => ({ from: one.from, to: one.to, pauseSeconds: pauseOf(one, times) }));
		const pauses = seen.map(({ pauseSeconds }) => pauseSeconds);
		return {
			...{ runs: seen, medianSeconds: rounded(median(pauses)), leastSeconds: Math.min(...pauses) },
			...{ mostSeconds: Math.max(...pauses), acknowledged: count, lost, unknown, refused },
		};
	} finally {
		await client.remove();
	}
}

async function switchedOver(access: ClusterAccess, signal: AbortSignal): Promise<Switchover> {
	const from = (await leaderStatus(access)).primary ?? "nobody";
	const askedAt = Date.now();
	const { id } = await writeRequest(access, { kind: "switchover" });
	const record = await until({ timeoutMs: limits.answerMs, periodMs: 200, signal }, async () => {
		const found = await readRecord(access);
		return found?.request?.id === id ? found : null;
	});
	if (record?.request?.state !== "done") throw new Error(record?.request?.message ?? "the watchdog does not answer");
	return { from, to: record.primary, askedAt, doneAt: Date.now() };
}

/** What was on its way when it was asked for, and what came with the first that was acknowledged by the next one. */
const aroundMs = 1000;

/** The longest time without an acknowledgement while it was under way. */
function pauseOf({ askedAt, doneAt, from }: Switchover, times: readonly number[]): number {
	const around = times.filter((at) => at > askedAt - aroundMs && at < doneAt + aroundMs);
	const [longest] = longestGaps(around, 1);
	if (longest === undefined) throw new Error(`no write was acknowledged around the switchover from ${from}`);
	return rounded(gapLength(longest) / 1000);
}

export function switchoversLines(bench: SwitchoversBench): string[] {
	const { runs, medianSeconds, leastSeconds, mostSeconds, lost, unknown, acknowledged: count } = bench;
	return [
		...runs.map(({ from, to, pauseSeconds }) => `${from} to ${to}: ${pauseSeconds} s without an acknowledged write`),
		"",
		`${runs.length} switchovers: median ${medianSeconds} s, least ${leastSeconds} s, most ${mostSeconds} s`,
		`${lost} of ${count} acknowledged writes lost; the outcome of ${unknown} is not known`,
	];
}

/** How long a transaction takes from its commit until each store has it, and all of them, while others are written. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Archiver } from "../runtime/archive/archiver.ts";
import { newBackupKey, recipients } from "../runtime/backup/keys.ts";
import { systemClock } from "../runtime/failover/clock.ts";
import { openSession } from "../runtime/mysql/session.ts";
import { BenchCluster, cluster } from "./cluster.ts";
import { mean, type Spread, spread } from "./percentiles.ts";
import { fill } from "./source.ts";
import { steadyLoad } from "./steadyLoad.ts";
import { type BenchStore, benchStore } from "./stores.ts";

export interface ArchiveLagOptions {
	readonly gigabytes: number;
	readonly seconds: number;
	/** Transactions a second; null for as many as there come. */
	readonly rate: number | null;
	/** The archiver's flush interval. */
	readonly flushSeconds: number;
	readonly folder: string | undefined;
	readonly note: (text: string) => void;
}

export interface ArchiveLagBench {
	readonly flushSeconds: number;
	readonly transactionsPerSecond: number;
	/** Seconds, by store; `all`: until the last one had it. */
	readonly lag: Readonly<Record<string, Spread | null>>;
	/** Of all transactions, until every store had them: within two flush intervals. Percent. */
	readonly withinTwoIntervals: number;
}

const settleMs = 60_000;

export async function benchArchiveLag(options: ArchiveLagOptions): Promise<ArchiveLagBench> {
	const folder = await mkdtemp(join(options.folder ?? tmpdir(), "bench-archive-"));
	const stores: BenchStore[] = [];
	try {
		for (const name of ["store-1", "store-2"]) stores.push(await benchStore(join(folder, name), cluster, name));
		return await measure(options, folder, stores);
	} finally {
		for (const store of stores) store.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

async function measure(
	{ gigabytes, seconds, rate, flushSeconds, note }: ArchiveLagOptions,
	folder: string,
	stores: readonly BenchStore[],
): Promise<ArchiveLagBench> {
	const of = await BenchCluster.up(folder);
	note("filling ...");
	await fill(of.primary, of.socket, gigabytes);
	const lags = new Map<string, number[]>();
	let measuring = false;
	const archived = (store: string | null, commits: readonly number[]) => {
		if (!measuring) return;
		const known = lags.get(store ?? "all") ?? [];
		lags.set(store ?? "all", known);
		for (const commit of commits) known.push(Date.now() / 1000 - commit / 1e6);
	};
	const { archiver, stop } = archiving(of, { folder: join(folder, "spool"), stores, flushSeconds, archived, note });
	await caughtUp(archiver);
	const load = steadyLoad(of.socket, gigabytes, rate);
	// What is committed while the first round is under way waits for no full interval.
	await setTimeout(2 * flushSeconds * 1000);
	measuring = true;
	note(`writing for ${seconds} s ...`);
	const began = performance.now();
	await setTimeout(seconds * 1000);
	const written = load.seconds.filter(({ at }) => at >= began).map(({ transactions }) => transactions);
	await load.end();
	await caughtUp(archiver);
	await stop();
	await of.down();
	const all = lags.get("all") ?? [];
	const soon = all.filter((lag) => lag <= 2 * flushSeconds).length;
	return {
		flushSeconds,
		transactionsPerSecond: mean(written),
		lag: Object.fromEntries([...lags].map(([store, values]) => [store, spread(values)])),
		withinTwoIntervals: all.length === 0 ? 0 : Math.floor((10_000 * soon) / all.length) / 100,
	};
}

interface Archiving extends Pick<ArchiveLagOptions, "flushSeconds" | "note"> {
	readonly folder: string;
	readonly stores: readonly BenchStore[];
	readonly archived: (store: string | null, commits: readonly number[]) => void;
}

/** With the limits of a pod of the default size. */
function archiving(of: BenchCluster, { folder, stores, flushSeconds, archived, note }: Archiving) {
	const stop = new AbortController();
	const { term, primary, uuids, gtidAtPromotion } = of.record;
	const MiB = 2 ** 20;
	const archiver = new Archiver({
		...{ cluster, folder, clock: systemClock, connect: openSession, onArchived: archived },
		stores: stores.map(({ objects }) => objects),
		recipients: recipients({ key: newBackupKey(), recoveryKey: newBackupKey() }),
		view: { reign: async () => ({ term, primary, uuids, gtidAtPromotion }), instances: async () => of.targets() },
		login: async () => of.archiveLogin(),
		log: { info: () => {}, warn: (given: unknown) => note(String((given as { err?: Error }).err?.message ?? "")) },
		limits: {
			...{ flushMs: flushSeconds * 1000, lookMs: 2000, settleMs: 20_000, retryMs: 1000 },
			...{ spoolBytes: 800 * MiB, segmentBytes: 32 * MiB, largestSegment: 45 * MiB },
		},
		onGap: () => note("a gap: what was measured is not an archive"),
	});
	const running = archiver.run(stop.signal);
	return {
		archiver,
		async stop() {
			stop.abort();
			await running;
		},
	};
}

/** Every store has what the instances had a moment ago. */
async function caughtUp({ complete, options }: Archiver): Promise<void> {
	const asked = options.clock.wall();
	for (const end = Date.now() + settleMs; Date.now() < end; await setTimeout(100)) {
		if ([...complete.values()].every(({ at }) => at !== null && at >= asked)) return;
	}
	throw new Error(`the stores do not have everything after ${settleMs / 1000} s`);
}

export function archiveLagLines(bench: ArchiveLagBench): string[] {
	const { flushSeconds, transactionsPerSecond, lag, withinTwoIntervals } = bench;
	return [
		`${transactionsPerSecond} transactions a second, flush interval ${flushSeconds} s; from commit to the store, seconds:`,
		...Object.entries(lag).map(([store, found]) =>
			found === null
				? `${store.padEnd(10)} nothing`
				: `${store.padEnd(10)} p50 ${found.p50}  p99 ${found.p99}  longest ${found.longest}  (${found.count} transactions)`,
		),
		`in all stores within two intervals: ${withinTwoIntervals} %`,
	];
}

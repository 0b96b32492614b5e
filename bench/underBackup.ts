/** What the primary still does while a full backup is made of its replica: before, meanwhile and after, in one run. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { newBackupKey } from "../runtime/backup/keys.ts";
import { runBackup } from "../runtime/backup/runBackup.ts";
import { BenchCluster, cluster } from "./cluster.ts";
import { mean } from "./percentiles.ts";
import { fill } from "./source.ts";
import { type LoadSecond, steadyLoad } from "./steadyLoad.ts";
import { rounded } from "./stopwatch.ts";
import { type BenchStore, benchStore } from "./stores.ts";

export interface UnderBackupOptions {
	readonly gigabytes: number;
	/** Before and after the backup, each. */
	readonly seconds: number;
	/** Transactions a second; null for as many as there come. */
	readonly rate: number | null;
	readonly folder: string | undefined;
	readonly note: (text: string) => void;
}

export interface LoadPhase {
	readonly seconds: number;
	readonly transactionsPerSecond: number;
	/** Mean of the seconds' 95th percentiles, ms. */
	readonly p95: number;
}

export interface UnderBackupBench {
	readonly before: LoadPhase;
	readonly meanwhile: LoadPhase;
	readonly after: LoadPhase;
	/** Of the throughput before and after together; at a rate, of that before. */
	readonly percent: number;
	/** Whom it was copied from. */
	readonly donor: string;
}

const scratchBytes = 2 ** 50;

export async function benchUnderBackup(options: UnderBackupOptions): Promise<UnderBackupBench> {
	const folder = await mkdtemp(join(options.folder ?? tmpdir(), "bench-backup-"));
	const store = await benchStore(join(folder, "store-1"), cluster);
	try {
		return await measure(options, folder, store);
	} finally {
		store.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

async function measure(
	{ gigabytes, seconds, rate, note }: UnderBackupOptions,
	folder: string,
	store: BenchStore,
): Promise<UnderBackupBench> {
	const of = await BenchCluster.up(folder);
	note("filling ...");
	await fill(of.primary, of.socket, gigabytes);
	const load = steadyLoad(of.socket, gigabytes, rate);
	const phase = async (what: string, work: () => Promise<unknown>): Promise<LoadPhase> => {
		note(`${what} ...`);
		const from = performance.now();
		await work();
		const to = performance.now();
		return phaseOf(load.seconds.filter(({ at }) => at - 1000 >= from && at <= to));
	};
	const alone = () => setTimeout(seconds * 1000);
	const before = await phase("writing before", alone);
	const volume = join(folder, "volume");
	await mkdir(volume);
	let donor = "";
	const backup = async () => {
		const { entry } = await runBackup({
			...{ cluster, kind: "full", volume, scratchBytes, bufferPool: 2 ** 28, stores: [store], record: of.record },
			keys: { key: newBackupKey(), recoveryKey: newBackupKey() },
			...{ access: of.access(), tell: ({ step }) => note(step), signal: new AbortController().signal },
		});
		donor = `${entry.source.instance} (${entry.source.role})`;
	};
	const meanwhile = await phase("a full backup while it goes on", backup);
	const after = await phase("writing after", alone);
	await load.end();
	await of.down();
	// At a rate, what was held up is made up for afterwards.
	const without =
		rate === null ? (before.transactionsPerSecond + after.transactionsPerSecond) / 2 : before.transactionsPerSecond;
	return { before, meanwhile, after, percent: rounded((100 * meanwhile.transactionsPerSecond) / without), donor };
}

const phaseOf = (seconds: readonly LoadSecond[]): LoadPhase => ({
	seconds: seconds.length,
	transactionsPerSecond: mean(seconds.map(({ transactions }) => transactions)),
	p95: mean(seconds.map(({ p95 }) => p95)),
});

export function underBackupLines({ before, meanwhile, after, percent, donor }: UnderBackupBench): string[] {
	const line = (what: string, { seconds, transactionsPerSecond, p95 }: LoadPhase) =>
		`${what.padEnd(12)} ${String(transactionsPerSecond).padStart(10)} transactions a second, p95 ${p95} ms, for ${seconds} s`;
	return [
		...[line("before", before), line("meanwhile", meanwhile), line("after", after)],
		`a full backup of ${donor} leaves ${percent} % of the throughput without`,
	];
}

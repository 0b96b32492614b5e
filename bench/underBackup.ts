/** What the primary still does while a full backup is made of its replica: before, meanwhile and after, in one run. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { getPriority, setPriority, tmpdir } from "node:os";
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
	/** Where the job's volume and the store lie, which in a cluster are not on the database's disk; undefined: beside the data. */
	readonly scratch: string | undefined;
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
	/** What the job said that it did, and what was written while it did it. */
	readonly steps: readonly (LoadPhase & { readonly step: string })[];
	readonly after: LoadPhase;
	/** Of the throughput before and after together; at a rate, of that before. */
	readonly percent: number;
	/** Whom it was copied from. */
	readonly donor: string;
}

const scratchBytes = 2 ** 50;

/**
 * What a job's pod asks for (0.1 cores, components/jobPod.ts) beside an instance that asks for four (Pulumi.prod.yaml): where
 * cores are short the kernel shares them out by these. A process that is this nice weighs 29 to another's 1024 (sched(7)).
 */
const jobNice = 16;

export async function benchUnderBackup(options: UnderBackupOptions): Promise<UnderBackupBench> {
	const folder = await mkdtemp(join(options.folder ?? tmpdir(), "bench-backup-"));
	const aside = await mkdtemp(join(options.scratch ?? folder, "bench-job-"));
	const store = await benchStore(join(aside, "store-1"), cluster);
	try {
		return await measure(options, { folder, volume: join(aside, "volume"), store });
	} finally {
		store.stop();
		for (const each of [aside, folder]) await rm(each, { recursive: true, force: true });
	}
}

interface Places {
	readonly folder: string;
	readonly volume: string;
	readonly store: BenchStore;
}

async function measure(
	{ gigabytes, seconds, rate, note }: UnderBackupOptions,
	{ folder, volume, store }: Places,
): Promise<UnderBackupBench> {
	const of = await BenchCluster.up(folder);
	note("filling ...");
	await fill(of.primary, of.socket, gigabytes);
	const load = steadyLoad(of.socket, gigabytes, rate);
	const between = (from: number, to: number) => phaseOf(load.seconds.filter(({ at }) => at - 1000 >= from && at <= to));
	const phase = async (what: string, work: () => Promise<unknown>): Promise<LoadPhase> => {
		note(`${what} ...`);
		const from = performance.now();
		await work();
		return between(from, performance.now());
	};
	const alone = () => setTimeout(seconds * 1000);
	await phase("writing until memory is warm", alone);
	const before = await phase("writing before", alone);
	await mkdir(volume);
	let donor = "";
	const told: { readonly step: string; readonly at: number }[] = [];
	const tell = ({ step }: { readonly step: string }) => {
		if (told.at(-1)?.step === step) return;
		note(step);
		told.push({ step, at: performance.now() });
	};
	const backup = async () => {
		const { entry } = await runBackup({
			...{ cluster, kind: "full", volume, scratchBytes, bufferPool: 2 ** 28, stores: [store], record: of.record },
			keys: { key: newBackupKey(), recoveryKey: newBackupKey() },
			...{ access: of.access(), tell, signal: new AbortController().signal },
		});
		donor = `${entry.source.instance} (${entry.source.role})`;
	};
	// Its own processes take it over; load, servers and store are there already.
	const own = getPriority();
	setPriority(jobNice);
	const meanwhile = await phase("a full backup while it goes on", backup);
	setPriority(own);
	const end = performance.now();
	const after = await phase("writing after", alone);
	await load.end();
	await of.down();
	// At a rate, what was held up is made up for afterwards.
	const without =
		rate === null ? (before.transactionsPerSecond + after.transactionsPerSecond) / 2 : before.transactionsPerSecond;
	const percent = rounded((100 * meanwhile.transactionsPerSecond) / without);
	const steps = told.map(({ step, at }, nr) => ({ step, ...between(at, told[nr + 1]?.at ?? end) }));
	return { before, meanwhile, steps: steps.filter((one) => one.seconds > 0), after, percent, donor };
}

const phaseOf = (seconds: readonly LoadSecond[]): LoadPhase => ({
	seconds: seconds.length,
	transactionsPerSecond: mean(seconds.map(({ transactions }) => transactions)),
	p95: mean(seconds.map(({ p95 }) => p95)),
});

export function underBackupLines({ before, meanwhile, steps, after, percent, donor }: UnderBackupBench): string[] {
	const line = (what: string, { seconds, transactionsPerSecond, p95 }: LoadPhase) =>
		`${what.padEnd(12)} ${String(transactionsPerSecond).padStart(10)} transactions a second, p95 ${p95} ms, for ${seconds} s`;
	return [
		...[line("before", before), line("meanwhile", meanwhile), line("after", after)],
		...steps.map(({ step, ...phase }) => line(`  ${step}`, phase)),
		`a full backup of ${donor} leaves ${percent} % of the throughput without`,
	];
}

/**
 * What one more backup uploads after a hundredth of the rows was changed: side by side in one key range, there with indexes over
 * random values, or anywhere.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newBackupKey } from "../runtime/backup/keys.ts";
import { initialiseScratch } from "../runtime/scratch/initialiseScratch.ts";
import { scratchPaths } from "../runtime/scratch/scratchCnf.ts";
import type { ScratchServer } from "../runtime/scratch/scratchServer.ts";
import { startScratch } from "../runtime/scratch/startScratch.ts";
import { backUp, makeRepository } from "./backup.ts";
import { changeHundredth, fill, places } from "./source.ts";
import { rounded, Stopwatch, type Timed, timedLines } from "./stopwatch.ts";
import { type BenchStore, benchStore } from "./stores.ts";

export interface IncrementalOptions {
	readonly gigabytes: number;
	readonly folder: string | undefined;
	readonly note: (text: string) => void;
}

export interface IncrementalBench {
	/** What was uploaded, as percent of what the full backup uploaded. */
	readonly percent: Readonly<Record<string, number>>;
	readonly results: readonly Timed[];
}

const cluster = "bench";
const bufferPool = 2 ** 30;
const stopMs = 1_800_000;
const statementMs = 3_600_000;

export async function benchIncremental(options: IncrementalOptions): Promise<IncrementalBench> {
	const folder = await mkdtemp(join(options.folder ?? tmpdir(), "bench-incremental-"));
	const store = await benchStore(folder, cluster);
	try {
		return await compare(options, folder, store);
	} finally {
		store.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

async function compare(
	{ gigabytes, note }: IncrementalOptions,
	folder: string,
	store: BenchStore,
): Promise<IncrementalBench> {
	const watch = new Stopwatch(note);
	const place = join(folder, "source");
	await initialiseScratch(place);
	const settings = ["plugin_load_add = mysql_clone.so"];
	const source = await startScratch({ folder: place, bufferPool, purpose: "restore", settings });
	await watch.time("filling", () => fill(source, scratchPaths(place).socket, gigabytes));
	const keys = { key: newBackupKey(), recoveryKey: newBackupKey() };
	const copy = join(folder, "copy");
	const backup = { cluster, store, keys, data: scratchPaths(copy).data, folder };
	await makeRepository(backup);
	const added = async (what: string) => {
		await bootedCopy(source, copy);
		const { found, seconds } = await watch.time(`${what}: restic backup`, () => backUp(backup, what));
		watch.add({ what: `${what}: uploaded`, seconds, bytes: found.addedBytes });
		await rm(copy, { recursive: true });
		return found.addedBytes;
	};
	const full = await added("full");
	const percent: Record<string, number> = {};
	for (const where of places) {
		await watch.time(`changing a hundredth, ${where}`, () => changeHundredth(source, where));
		percent[where] = rounded((100 * (await added(where))) / full);
	}
	await source.stop(stopMs);
	return { percent, results: watch.results };
}

/** As the job of backups makes it: cloned, booted and shut down. */
async function bootedCopy(source: ScratchServer, copy: string): Promise<void> {
	await mkdir(copy);
	await source.session.run(`CLONE LOCAL DATA DIRECTORY = '${scratchPaths(copy).data}'`, statementMs);
	const booted = await startScratch({ folder: copy, bufferPool, purpose: "boot" });
	await booted.stop(stopMs);
}

export function incrementalLines({ percent, results }: IncrementalBench): string[] {
	const shares = Object.entries(percent).map(([where, share]) => `${where}: ${share} % of the full backup`);
	return [...timedLines(results), "", ...shares];
}

/** A restore beside what people do without one. */
import { cp, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newBackupKey } from "../runtime/backup/keys.ts";
import { restore } from "../runtime/restore/restore.ts";
import { type TableSum, tableSums } from "../runtime/restore/tableSums.ts";
import { initialiseScratch } from "../runtime/scratch/initialiseScratch.ts";
import { scratchPaths } from "../runtime/scratch/scratchCnf.ts";
import type { ScratchServer } from "../runtime/scratch/scratchServer.ts";
import { startScratch } from "../runtime/scratch/startScratch.ts";
import { backUp, makeRepository } from "./backup.ts";
import { checkSame, dumpTo, loadDump, type Manner, manners, replayBinlogs } from "./peers.ts";
import { type Archived, archive, fill, writeLoad } from "./source.ts";
import { rounded, Stopwatch, type Timed, timedLines } from "./stopwatch.ts";
import { type BenchStore, benchStore } from "./stores.ts";

export interface BenchOptions {
	readonly gigabytes: number;
	readonly transactions: number;
	/** GiB; every server has the same. */
	readonly bufferPool: number;
	readonly folder: string | undefined;
	readonly note: (text: string) => void;
}

export interface RestoreBench {
	/** Gigabytes of data, transactions behind the backup, GiB of each server's buffer pool. */
	readonly given: Pick<BenchOptions, "gigabytes" | "transactions" | "bufferPool">;
	/** How many times as long the peer takes. */
	readonly ratios: Readonly<Record<string, number>>;
	readonly results: readonly Timed[];
}

const cluster = "bench";
const GiB = 2 ** 30;
const settings = ["plugin_load_add = mysql_clone.so"];
const binlog = ["log_bin = binlog", "binlog_transaction_compression = ON", "max_binlog_size = 268435456"];
const stopMs = 1_800_000;
const statementMs = 3_600_000;

/** @throws Error where a peer ends with other data: then nothing was compared */
export async function benchRestore(options: BenchOptions): Promise<RestoreBench> {
	const folder = await mkdtemp(join(options.folder ?? tmpdir(), "bench-restore-"));
	const store = await benchStore(folder, cluster);
	try {
		return await new Comparison(options, folder, store).run();
	} finally {
		store.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

class Comparison {
	readonly #options: BenchOptions;
	readonly #folder: string;
	readonly #store: BenchStore;
	readonly #keys = { key: newBackupKey(), recoveryKey: newBackupKey() };
	readonly #watch: Stopwatch;

	constructor(options: BenchOptions, folder: string, store: BenchStore) {
		this.#options = options;
		this.#folder = folder;
		this.#store = store;
		this.#watch = new Stopwatch(options.note);
	}

	async run(): Promise<RestoreBench> {
		await this.#backup();
		const archived = await this.#history();
		const ours = await this.#ours();
		const ratios: Record<string, number> = {};
		for (const manner of Object.keys(manners) as Manner[]) {
			const load = await this.#load(manner, ours.sums);
			const replayed = await this.#replay(manner, archived, ours.sums);
			ratios[`mysqldump, ${manner}`] = rounded(load / ours.seconds);
			ratios[`mysqlbinlog | mysql, ${manner}`] = rounded(replayed / ours.replaySeconds);
		}
		const { gigabytes, transactions, bufferPool } = this.#options;
		return { given: { gigabytes, transactions, bufferPool }, ratios, results: this.#watch.results };
	}

	get #bufferPool(): number {
		return Math.round(this.#options.bufferPool * GiB);
	}

	#place(name: string): string {
		return join(this.#folder, name);
	}

	#data(name: string): string {
		return scratchPaths(this.#place(name)).data;
	}

	#server(name: string, more: readonly string[] = []): Promise<ScratchServer> {
		const given = { bufferPool: this.#bufferPool, purpose: "restore", settings: [...settings, ...more] } as const;
		return startScratch({ folder: this.#place(name), ...given });
	}

	async #backup(): Promise<void> {
		const { gigabytes } = this.#options;
		await initialiseScratch(this.#place("source"));
		const source = await this.#server("source");
		const { socket } = scratchPaths(this.#place("source"));
		await this.#watch.time("filling", () => fill(source, socket, gigabytes));
		await mkdir(this.#place("copy"));
		const clone = `CLONE LOCAL DATA DIRECTORY = '${this.#data("copy")}'`;
		await this.#watch.time("cloning", () => source.session.run(clone, statementMs));
		await source.stop(stopMs);
		const boot = { bufferPool: this.#bufferPool, purpose: "boot" } as const;
		const booted = await startScratch({ folder: this.#place("copy"), ...boot });
		await booted.stop(stopMs);
		const places = { cluster, store: this.#store, keys: this.#keys, data: this.#data("copy"), folder: this.#folder };
		await makeRepository(places);
		await this.#watch.time("restic backup", () => backUp(places));
	}

	/** What the archive holds beyond the backup, and the dump that holds the same. */
	async #history(): Promise<Archived> {
		const { gigabytes, transactions } = this.#options;
		const source = await this.#server("source", binlog);
		const { socket, data } = scratchPaths(this.#place("source"));
		await this.#watch.time("writing", () => writeLoad(socket, gigabytes, transactions));
		await source.session.run("FLUSH BINARY LOGS", statementMs);
		const work = { folder: data, cluster, keys: this.#keys, store: this.#store.objects };
		const { found } = await this.#watch.time("archiving", () => archive(work));
		this.#watch.add({ what: "archive", seconds: 0, bytes: found.bytes, transactions: found.transactions });
		const dump = this.#place("dump.sql");
		await this.#watch.time("mysqldump: dump", () => dumpTo(source, dump));
		this.#watch.add({ what: "mysqldump: its size", seconds: 0, bytes: (await stat(dump)).size });
		await source.stop(stopMs);
		return found;
	}

	async #ours(): Promise<{ seconds: number; replaySeconds: number; sums: readonly TableSum[] }> {
		const work = {
			...{ cluster, stores: [this.#store], key: this.#keys.key, folder: this.#place("restored") },
			bufferPool: this.#bufferPool,
			report: () => {},
			onNote: this.#options.note,
		};
		const { found, seconds } = await this.#watch.time("restore, whole", () => restore({ kind: "latest" }, work));
		const { copy, measured } = found;
		this.#watch.add({ what: "restore: download", seconds: measured.downloadSeconds, bytes: measured.bytes });
		this.#watch.add({ what: "restore: boot", seconds: measured.bootSeconds });
		this.#watch.add({ what: "restore: replay", ...measured.replay });
		const sums = await tableSums(copy.session);
		await copy.stop();
		await rm(this.#place("restored"), { recursive: true, force: true });
		return { seconds, replaySeconds: measured.replay.seconds, sums };
	}

	async #load(manner: Manner, sums: readonly TableSum[]): Promise<number> {
		await initialiseScratch(this.#place("loaded"));
		const what = `mysqldump: load, ${manner}`;
		return this.#peer("loaded", { what, manner, sums }, (server) => loadDump(server, this.#place("dump.sql")));
	}

	async #replay(manner: Manner, { logs }: Archived, sums: readonly TableSum[]): Promise<number> {
		await cp(this.#place("copy"), this.#place("replayed"), { recursive: true });
		const what = `mysqlbinlog | mysql, ${manner}`;
		return this.#peer("replayed", { what, manner, sums }, (server) => replayBinlogs(server, logs));
	}

	/** @returns seconds */
	async #peer(
		name: string,
		{ what, manner, sums }: { readonly what: string; readonly manner: Manner; readonly sums: readonly TableSum[] },
		work: (server: ScratchServer) => Promise<void>,
	): Promise<number> {
		const server = await this.#server(name, manners[manner]);
		const { seconds } = await this.#watch.time(what, () => work(server));
		await checkSame(what, sums, server);
		await server.stop(stopMs);
		await rm(this.#place(name), { recursive: true, force: true });
		return seconds;
	}
}

export function restoreLines({ ratios, results }: RestoreBench): string[] {
	const times = Object.entries(ratios).map(([peer, ratio]) => `${peer}: ${ratio} times as long`);
	return [...timedLines(results), "", ...times];
}

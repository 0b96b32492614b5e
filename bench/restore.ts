/** A restore beside what people do without one: loading a dump, and `mysqlbinlog | mysql`. */
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type BackupEntry, entryKey } from "../runtime/backup/entry.ts";
import { newBackupKey } from "../runtime/backup/keys.ts";
import { restic } from "../runtime/backup/restic.ts";
import { formatGtidSet } from "../runtime/mysql/gtidSet.ts";
import { executed } from "../runtime/restore/replay.ts";
import { restore } from "../runtime/restore/restore.ts";
import { differences, tableSums } from "../runtime/restore/tableSums.ts";
import { initialiseScratch } from "../runtime/scratch/initialiseScratch.ts";
import { scratchPaths } from "../runtime/scratch/scratchCnf.ts";
import type { ScratchServer } from "../runtime/scratch/scratchServer.ts";
import { startScratch } from "../runtime/scratch/startScratch.ts";
import { archive, fill, writeLoad } from "./source.ts";
import { type BenchStore, benchStore } from "./stores.ts";

export interface BenchOptions {
	readonly gigabytes: number;
	readonly transactions: number;
	readonly folder: string | undefined;
	readonly note: (text: string) => void;
}

interface Result {
	readonly what: string;
	readonly seconds: number;
	readonly bytes?: number;
	readonly transactions?: number;
}

export interface RestoreBench {
	/** How many times as long the peer takes. */
	readonly ratios: { readonly mysqldump: number; readonly "mysqlbinlog | mysql": number };
	readonly results: readonly Result[];
}

const cluster = "bench";
/** All servers have the same, none is durable: the peers are spared what a restore spares itself. */
const bufferPool = 2 ** 30;
const settings = ["plugin_load_add = mysql_clone.so"];
const binlog = ["log_bin = binlog", "binlog_transaction_compression = ON", "max_binlog_size = 268435456"];
const stopMs = 1_800_000;
const statementMs = 3_600_000;

/** @throws Error where a peer ends with other data: then nothing was compared */
export async function benchRestore({
	gigabytes,
	transactions,
	folder: base,
	note,
}: BenchOptions): Promise<RestoreBench> {
	const folder = await mkdtemp(join(base ?? tmpdir(), "bench-restore-"));
	const keys = { key: newBackupKey(), recoveryKey: newBackupKey() };
	const store = await benchStore(folder, cluster);
	const results: Result[] = [];
	const timed = async <T>(what: string, work: () => Promise<T>, facts: (found: T) => Partial<Result> = () => ({})) => {
		note(`${what} ...`);
		const began = performance.now();
		const found = await work();
		const seconds = (performance.now() - began) / 1000;
		results.push({ what, seconds, ...facts(found) });
		return { found, seconds };
	};
	const server = (name: string, more: readonly string[] = []) =>
		startScratch({ folder: join(folder, name), bufferPool, purpose: "restore", settings: [...settings, ...more] });
	try {
		const source = join(folder, "source");
		await initialiseScratch(source);
		const filling = await server("source");
		const copy = join(folder, "copy");
		await mkdir(copy);
		await timed("filling", () => fill(filling, scratchPaths(source).socket, gigabytes));
		await timed("cloning", () =>
			filling.session.run(`CLONE LOCAL DATA DIRECTORY = '${scratchPaths(copy).data}'`, statementMs),
		);
		await filling.stop(stopMs);
		await timed("restic backup", () => store1Backup(store, keys, scratchPaths(copy).data, folder));

		const writing = await server("source", binlog);
		await timed("writing", () => writeLoad(scratchPaths(source).socket, gigabytes, transactions));
		await writing.session.run("FLUSH BINARY LOGS", statementMs);
		const { found: archived } = await timed(
			"archiving",
			() => archive({ folder: scratchPaths(source).data, cluster, keys, store: store.objects }),
			({ bytes, transactions: count, segments }) => ({ bytes, transactions: count, segments }),
		);

		const restored = await timed("restore, whole", () =>
			restore(
				{ kind: "latest" },
				{
					...{ cluster, stores: [store], key: keys.key, folder: join(folder, "restored"), bufferPool },
					report: () => {},
					onNote: note,
				},
			),
		);
		const { copy: ours, measured } = restored.found;
		results.push({ what: "restore: download", seconds: measured.downloadSeconds, bytes: measured.bytes });
		results.push({ what: "restore: boot", seconds: measured.bootSeconds });
		results.push({ what: "restore: replay", ...measured.replay });
		const sums = await tableSums(ours.session);
		await ours.stop();

		const dump = join(folder, "dump.sql");
		await timed(
			"mysqldump: dump",
			() => dumpOf(writing, dump),
			() => ({}),
		);
		await writing.stop(stopMs);
		await initialiseScratch(join(folder, "loaded"));
		const loaded = await server("loaded");
		const load = await timed("mysqldump: load", () => loadInto(loaded, `mysql`, dump));
		results.push({ what: "mysqldump: size of the dump", seconds: 0, bytes: (await stat(dump)).size });
		await same("the loaded dump", sums, loaded);

		const replaying = await server("copy");
		const peer = await timed("mysqlbinlog | mysql", () => binlogInto(replaying, archived.logs));
		await same("what mysqlbinlog replayed", sums, replaying);
		const ratios = {
			mysqldump: round(load.seconds / restored.seconds),
			"mysqlbinlog | mysql": round(peer.seconds / measured.replay.seconds),
		};
		return { ratios, results: results.map((one) => ({ ...one, seconds: round(one.seconds) })) };
	} finally {
		store.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

const round = (value: number) => Math.round(value * 100) / 100;

async function store1Backup(
	store: BenchStore,
	keys: { key: string; recoveryKey: string },
	data: string,
	folder: string,
) {
	const context = { keys, folder };
	await restic(store.repository, context, { args: ["init"] });
	const text = await restic(store.repository, context, { args: ["backup", "--json", "."], folder: data });
	const line = text.split("\n").findLast((one) => one.includes('"summary"')) ?? "{}";
	const summary = JSON.parse(line) as { snapshot_id: string; total_bytes_processed: number; data_added_packed: number };
	const now = new Date().toISOString();
	const entry: BackupEntry = {
		...{ version: 1, id: "bench-full", cluster, kind: "full", startedAt: now, finishedAt: now, term: 1 },
		source: { instance: "mysql-1", server: "source", role: "replica" },
		gtidExecuted: "",
		mysqlVersion: "",
		bytes: summary.total_bytes_processed,
		addedBytes: summary.data_added_packed,
		booted: { at: now, seconds: 0, tables: 0, checks: [] },
		snapshot: summary.snapshot_id,
	};
	await store.objects.put(entryKey(cluster, entry.id), Buffer.from(JSON.stringify(entry)), "once");
}

const dumpOptions = ["--single-transaction", "--set-gtid-purged=OFF", "--no-tablespaces", "--databases", "sbtest"];

async function dumpOf({ clientOptions }: ScratchServer, file: string): Promise<void> {
	await execa("mysqldump", [`--defaults-file=${clientOptions}`, ...dumpOptions], { stdout: { file } });
}

async function loadInto({ clientOptions }: ScratchServer, program: string, file: string): Promise<void> {
	await execa(program, [`--defaults-file=${clientOptions}`], { inputFile: file });
}

async function binlogInto({ clientOptions }: ScratchServer, logs: readonly string[]): Promise<void> {
	const reading = execa("mysqlbinlog", [...logs], { buffer: { stdout: false } });
	await reading.pipe("mysql", [`--defaults-file=${clientOptions}`, "--binary-mode"]);
}

async function same(what: string, sums: Awaited<ReturnType<typeof tableSums>>, server: ScratchServer): Promise<void> {
	const found = differences(await tableSums(server.session), sums);
	const held = formatGtidSet(await executed(server.session));
	await server.stop(stopMs);
	if (found.length > 0) throw new Error(`${what} is not the same (${held}): ${JSON.stringify(found)}`);
}

export function restoreLines({ ratios, results }: RestoreBench): string[] {
	const figures = results.map(({ what, seconds, bytes, transactions }) =>
		[
			what.padEnd(32),
			`${seconds.toFixed(2).padStart(10)} s`,
			bytes === undefined ? "" : `${(bytes / 2 ** 20).toFixed(0).padStart(10)} MiB`,
			transactions === undefined ? "" : `${transactions} transactions`,
		].join(" "),
	);
	const times = Object.entries(ratios).map(([peer, ratio]) => `${peer} takes ${ratio} times as long`);
	return [...figures, "", ...times];
}

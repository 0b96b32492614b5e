/** A server with a data set, whose history is archived as the archiver would do it. */
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { sealSegment } from "../runtime/archive/seal.ts";
import { recipients } from "../runtime/backup/keys.ts";
import { bytesOf } from "../runtime/binlog/binlogBytes.ts";
import { readBinlog } from "../runtime/binlog/readBinlog.ts";
import { composeBinlog } from "../runtime/binlog/selectTransactions.ts";
import type { BinlogTransaction } from "../runtime/binlog/transaction.ts";
import { emptySet, formatGtidSet, type GtidSet, parseGtidSet, union } from "../runtime/mysql/gtidSet.ts";
import type { ScratchServer } from "../runtime/scratch/scratchServer.ts";
import type { ObjectStore } from "../runtime/store/objectStore.ts";

const [MiB, GiB] = [2 ** 20, 2 ** 30];
const tables = 4;
/** Of sysbench's rows with their index, on disk; measured with 1,000,000 of them. */
const rowBytes = 230;
const textBytes = 2000;
const statementMs = 3_600_000;
const password = "bench";

/** Half rows of sysbench, half texts of words. */
export async function fill({ session }: ScratchServer, socket: string, gigabytes: number): Promise<void> {
	await session.run(
		`CREATE DATABASE sbtest; CREATE USER bench@localhost IDENTIFIED BY '${password}'; GRANT ALL ON sbtest.* TO bench@localhost`,
		statementMs,
	);
	await sysbench(socket, "prepare", gigabytes);
	await session.run(
		`USE sbtest; CREATE TABLE texts (id INT PRIMARY KEY AUTO_INCREMENT, title VARCHAR(80), body MEDIUMTEXT, KEY (title))`,
		statementMs,
	);
	const wanted = Math.ceil((gigabytes * GiB) / 2 / textBytes);
	const words = "SUBSTRING(REPEAT(CONCAT_WS(' ', SHA2(RAND(), 256), 'the quick brown fox of', RAND()), 30), 1, 1900)";
	const row = `SELECT LEFT(SHA2(RAND(), 256), 40), ${words}`;
	await session.run(`INSERT INTO sbtest.texts (title, body) ${row}`, statementMs);
	for (let rows = 1; rows < wanted; rows = Math.min(rows * 2, wanted)) {
		const more = Math.min(rows, wanted - rows, 20_000);
		for (let done = 0; done < Math.min(rows, wanted - rows); done += more) {
			await session.run(`INSERT INTO sbtest.texts (title, body) ${row} FROM sbtest.texts LIMIT ${more}`, statementMs);
		}
	}
}

const rowsOf = (gigabytes: number) => Math.max(1000, Math.floor((gigabytes * GiB) / 2 / rowBytes / tables));

/** Small transactions by eight clients. */
export const writeLoad = (socket: string, gigabytes: number, transactions: number) =>
	sysbench(socket, "run", gigabytes, [`--events=${transactions}`, "--time=0", "--threads=8"], "oltp_write_only");

/** An index over random values has the rows of one key range all over it. */
export const places = ["one key range", "one key range, also in random indexes", "anywhere"] as const;
export type Where = (typeof places)[number];

/** Of each table's rows. */
export async function changeHundredth({ session }: ScratchServer, where: Where): Promise<void> {
	const names = [...Array.from({ length: tables }, (_, n) => `sbtest${n + 1}`), "texts"];
	for (const name of names) {
		const [[size] = []] = await session.run(`SELECT MAX(id) AS most FROM sbtest.${name}`, statementMs);
		const most = Number(size?.most);
		const range = `id BETWEEN ${Math.floor(most / 2)} AND ${Math.floor(most / 2 + most / 100)}`;
		const rows = where === "anywhere" ? "MOD(CRC32(id), 100) = 7" : range;
		const change = (where === "one key range" ? plain : indexed)[name === "texts" ? "texts" : "rows"];
		await session.run(`UPDATE sbtest.${name} SET ${change} WHERE ${rows}`, statementMs);
	}
}

const plain = { rows: "c = REVERSE(c)", texts: "body = REVERSE(body)" };
const indexed = { rows: "k = k + 1, c = REVERSE(c)", texts: "title = LEFT(SHA2(RAND(), 256), 40)" };

async function sysbench(
	socket: string,
	command: string,
	gigabytes: number,
	more: readonly string[] = [],
	test?: string,
): Promise<void> {
	await execa("sysbench", sysbenchArgs(socket, command, gigabytes, more, test), { maxBuffer: 64 * MiB });
}

export function sysbenchArgs(
	socket: string,
	command: string,
	gigabytes: number,
	more: readonly string[] = [],
	test = "oltp_write_only",
): string[] {
	const login = [`--mysql-socket=${socket}`, "--mysql-user=bench", `--mysql-password=${password}`];
	const size = [`--tables=${tables}`, `--table-size=${rowsOf(gigabytes)}`];
	return [test, ...login, ...size, ...more, command];
}

export interface Archived {
	readonly logs: readonly string[];
	readonly segments: number;
	readonly transactions: number;
	readonly bytes: number;
}

/** About what comes together in a flush interval under load. */
const segmentBytes = 2 * MiB;

export interface ArchiveWork {
	readonly folder: string;
	readonly cluster: string;
	readonly keys: Parameters<typeof recipients>[0];
	readonly store: ObjectStore;
}

export async function archive({ folder, cluster, keys, store }: ArchiveWork): Promise<Archived> {
	const names = (await readdir(folder)).filter((name) => /^binlog\.\d+$/.test(name)).sort();
	let previous: string | null = null;
	let after: GtidSet = emptySet;
	let [number, transactions, bytes] = [0, 0, 0];
	for (const name of names) {
		const file = bytesOf(name, readFileSync(join(folder, name)));
		const reading = readBinlog(file);
		for (const part of pieces(reading.transactions)) {
			const binlog = composeBinlog(reading.format ?? Buffer.alloc(0), file, part);
			const gtids = parseGtidSet(part.map(({ gtid }) => gtid).join(","));
			const times = part.map(({ originalCommit }) => originalCommit);
			number += 1;
			const sealed = await sealSegment(
				{
					...{ cluster, number, previous, term: 1, provisional: false, gap: null, finished: false },
					stream: { server: "source", file: name, from: part[0]?.from ?? 0, to: part.at(-1)?.to ?? 0 },
					source: { instance: "mysql-1", role: "replica" },
					after: formatGtidSet(after),
					gtids: formatGtidSet(gtids),
					firstCommit: times.reduce((a, b) => Math.min(a, b)),
					lastCommit: times.reduce((a, b) => Math.max(a, b)),
					cutAt: new Date().toISOString(),
				},
				binlog,
				recipients(keys),
			);
			await store.put(sealed.key, sealed.object, "once");
			previous = sealed.hash;
			after = union(after, gtids);
			transactions += part.length;
			bytes += binlog.length;
		}
	}
	return { logs: names.map((name) => join(folder, name)), segments: number, transactions, bytes };
}

function* pieces(transactions: readonly BinlogTransaction[]): Generator<readonly BinlogTransaction[]> {
	let piece: BinlogTransaction[] = [];
	for (const transaction of transactions) {
		piece.push(transaction);
		if (transaction.to - (piece[0]?.from ?? 0) < segmentBytes) continue;
		yield piece;
		piece = [];
	}
	if (piece.length > 0) yield piece;
}

/** A real server's history, backed up and archived into two stores, and what mysqlbinlog says of it. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keyOf } from "../../../runtime/archive/readOrphans.ts";
import { sealSegment } from "../../../runtime/archive/seal.ts";
import { type SegmentHeader, segmentKey } from "../../../runtime/archive/segment.ts";
import type { BackupStore } from "../../../runtime/backup/backupStore.ts";
import { type BackupEntry, entryKey } from "../../../runtime/backup/entry.ts";
import { newBackupKey, recipients } from "../../../runtime/backup/keys.ts";
import type { RepositoryAccess } from "../../../runtime/backup/repository.ts";
import { restic } from "../../../runtime/backup/restic.ts";
import { bytesOf } from "../../../runtime/binlog/binlogBytes.ts";
import { readBinlog } from "../../../runtime/binlog/readBinlog.ts";
import { composeBinlog } from "../../../runtime/binlog/selectTransactions.ts";
import type { BinlogTransaction } from "../../../runtime/binlog/transaction.ts";
import { formatGtidSet, parseGtidSet, union, unionOf } from "../../../runtime/mysql/gtidSet.ts";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";
import { mysqlProgram, type RealMysqld } from "../realMysqld.ts";
import { temporary } from "../temporary.ts";
import { orphansOf } from "./archiveScene.ts";
import { memoryStore } from "./memoryStore.ts";

export const cluster = "mysql";
export const keys = { key: newBackupKey(), recoveryKey: newBackupKey() };

/** One transaction, as mysqlbinlog shows it. */
export interface Written {
	readonly gtid: string;
	/** Microseconds since 1970. */
	readonly at: number;
	/** Numbers of the ledger's rows that it inserted. */
	readonly rows: readonly number[];
}

/** What the scene's server is started with; the first lets CLONE copy it. */
export const serverSettings = [
	"--plugin-load-add=mysql_clone.so",
	"--binlog-transaction-compression=ON",
	"--binlog-row-metadata=FULL",
	// Many small groups: several workers have something to do.
	"--binlog-format=ROW",
];

export class RestoreScene {
	readonly server: RealMysqld;
	readonly stores: readonly BackupStore[];
	readonly folder = temporary("restore-scene");
	#segments: SegmentHeader[] = [];
	#hash: string | null = null;
	#backups = 0;
	#archivedTo = new Map<string, number>();

	/** @param repositories of the stores, in their order; default: in folders of this machine */
	constructor(
		server: RealMysqld,
		objects: readonly ObjectStore[] = [memoryStore("store-1"), memoryStore("store-2")],
		repositories: readonly RepositoryAccess[] = [],
	) {
		this.server = server;
		this.stores = objects.map((store, index) => ({
			objects: store,
			repository: repositories[index] ?? {
				...{ name: store.name, repository: join(this.folder, `repository-${store.name}`), environment: {} },
			},
		}));
	}

	/** Several writers at once, one row of the ledger in each transaction. */
	async write(from: number, to: number, writers = 4): Promise<void> {
		const write = async (writer: number) => {
			const inserts: string[] = [];
			for (let n = from + writer; n <= to; n += writers) {
				inserts.push(`INSERT INTO app.ledger VALUES (${n}, REPEAT(CHAR(97 + ${n % 26}), 100))`);
			}
			if (inserts.length > 0) await this.server.sql(inserts.join(";"));
		};
		await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
	}

	/** A clone of the server as it is now, in both repositories and both catalogues. */
	async backup(given: Partial<BackupEntry> = {}): Promise<BackupEntry> {
		const copy = join(this.server.folder, `copy-${++this.#backups}`);
		const startedAt = new Date();
		await this.server.sql(`CLONE LOCAL DATA DIRECTORY = '${copy}'`);
		const gtidExecuted = await this.server.value("@@GLOBAL.gtid_executed");
		const finishedAt = new Date();
		const id = `${finishedAt.toISOString().replace(/[-:.]/g, "")}-full-${this.#backups}`;
		const entry: BackupEntry = {
			version: 1,
			id,
			cluster,
			kind: "full",
			startedAt: startedAt.toISOString(),
			finishedAt: finishedAt.toISOString(),
			source: { instance: "mysql-1", server: await this.server.value("@@server_uuid"), role: "replica" },
			term: 1,
			gtidExecuted,
			mysqlVersion: "9.7.4",
			bytes: 60 * 2 ** 20,
			addedBytes: 1,
			booted: { at: finishedAt.toISOString(), seconds: 1, tables: 1, checks: [] },
			snapshot: "",
			...given,
		};
		for (const store of this.stores) {
			const snapshot = await this.#store(store.repository, copy);
			await store.objects.put(entryKey(cluster, id), Buffer.from(JSON.stringify({ ...entry, snapshot })), "once");
		}
		return entry;
	}

	async #store(access: RepositoryAccess, copy: string): Promise<string> {
		const context = { keys, folder: this.folder };
		if (this.#backups === 1) await restic(access, context, { args: ["init"] });
		const text = await restic(access, context, { args: ["backup", "--json", "."], folder: copy });
		const lines = text.split("\n").filter((line) => line.includes('"summary"'));
		return (JSON.parse(lines.at(-1) ?? "{}") as { snapshot_id: string }).snapshot_id;
	}

	async addRecoveryKey(access: RepositoryAccess): Promise<void> {
		const file = join(this.folder, `recovery-${access.name}`);
		await writeFile(file, keys.recoveryKey, { mode: 0o600 });
		const args = ["key", "add", "--new-password-file", file];
		await restic(access, { keys, folder: this.folder }, { args });
	}

	/** What the server's binary logs have beyond what was archived, in segments of so many transactions, in both stores. */
	async archive(transactions: number, given: Partial<SegmentHeader> = {}): Promise<readonly SegmentHeader[]> {
		const made: SegmentHeader[] = [];
		for (const log of this.server.binlogs()) {
			const bytes = bytesOf(log, readFileSync(log));
			const reading = readBinlog(bytes);
			const fresh = reading.transactions.filter(({ from }) => from >= (this.#archivedTo.get(log) ?? 0));
			this.#archivedTo.set(log, reading.end);
			for (let i = 0; i < fresh.length; i += transactions) {
				const part = fresh.slice(i, i + transactions);
				const binlog = composeBinlog(reading.format ?? Buffer.alloc(0), bytes, part);
				made.push(await this.#seal(binlog, part, log, given));
			}
		}
		return made;
	}

	async #seal(binlog: Buffer, part: readonly BinlogTransaction[], log: string, given: Partial<SegmentHeader>) {
		const times = part.map(({ originalCommit }) => originalCommit);
		const sealed = await sealSegment(
			{
				cluster,
				number: this.#segments.length + 1,
				previous: this.#hash,
				stream: { server: this.server.name, file: log, from: part[0]?.from ?? 0, to: part.at(-1)?.to ?? 0 },
				term: 1,
				source: { instance: "mysql-1", role: "replica" },
				provisional: false,
				after: formatGtidSet(unionOf(this.#segments.map(({ gtids }) => parseGtidSet(gtids)))),
				gtids: formatGtidSet(parseGtidSet(part.map(({ gtid }) => gtid).join(","))),
				gap: null,
				firstCommit: Math.min(...times),
				lastCommit: Math.max(...times),
				cutAt: new Date().toISOString(),
				finished: false,
				...given,
			},
			binlog,
			recipients(keys),
		);
		this.#hash = sealed.hash;
		this.#segments.push(sealed.header);
		for (const { objects } of this.stores) await objects.put(sealed.key, sealed.object, "once");
		return sealed.header;
	}

	async orphan(term: number, gtids: string): Promise<void> {
		const orphans = orphansOf(term, gtids);
		for (const { objects } of this.stores) {
			await objects.put(keyOf(orphans), Buffer.from(JSON.stringify(orphans)), "once");
		}
	}

	/** In the order of the binary log. */
	async written(): Promise<Written[]> {
		const texts: string[] = [];
		for (const log of this.server.binlogs()) {
			texts.push(await mysqlProgram("mysqlbinlog", ["--verbose", "--base64-output=DECODE-ROWS", log]));
		}
		return texts
			.join("\n")
			.split(/(?=original_committed_timestamp=)/)
			.slice(1)
			.map(transactionIn);
	}
}

function transactionIn(text: string): Written {
	const gtid = /GTID_NEXT= '([0-9a-f-]+:\d+)'/.exec(text)?.[1] ?? "";
	const at = Number(/^original_committed_timestamp=(\d+)/.exec(text)?.[1]);
	const inserts = text.matchAll(/### INSERT INTO `app`\.`ledger`\n### SET\n### {3}@1=(\d+)/g);
	return { gtid, at, rows: [...inserts].map(([, row]) => Number(row)) };
}

export const heldBy = (list: readonly Written[]) => union(parseGtidSet(list.map(({ gtid }) => gtid).join(",")));

export { segmentKey };

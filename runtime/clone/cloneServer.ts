/**
 * The server of a clone, on a volume that was made from a snapshot. First it is booted where nobody can reach it, and
 * made somebody else's: no channel, no account and no password of production is in it when it opens.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryShares } from "../instance/memory.ts";
import { equals, formatGtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import type { Session } from "../mysql/session.ts";
import { dropOwnLogs } from "../restore/applier.ts";
import { snapshotBase } from "../restore/base.ts";
import type { Report } from "../restore/progress.ts";
import { executed } from "../restore/replay.ts";
import { UnusableBase } from "../restore/restoreData.ts";
import { type SnapshotData, takeSnapshotData } from "../restore/snapshotData.ts";
import { scratchPaths } from "../scratch/scratchCnf.ts";
import type { ScratchOptions, ScratchServer } from "../scratch/scratchServer.ts";
import { startScratch } from "../scratch/startScratch.ts";
import { instanceSettings } from "../snapshot/checkSnapshot.ts";
import { type AccountWish, accountChanges, foundAccountsSql } from "./cloneAccounts.ts";

export interface CloneWork {
	/** Gets `data`, the server's socket and log. */
	readonly folder: string;
	readonly source: SnapshotData;
	/** Bytes that mysqld may take: as an instance's, it divides them. */
	readonly memory: number;
	readonly accounts: AccountWish;
	/** Whether the copy's events run. */
	readonly events: boolean;
	readonly network: NonNullable<ScratchOptions["network"]>;
	readonly report: Report;
	readonly signal?: AbortSignal | undefined;
}

/** What was made of the copy before it opened. */
export interface Prepared {
	/** All that it held, and for as long as it lives: it writes no binary log, so its own writes get no GTID. */
	readonly gtidExecuted: string;
	/** The user's own accounts, as `user@host`. */
	readonly locked: readonly string[];
	readonly kept: readonly string[];
}

const statementMs = 60_000;
/** A clean end writes every dirty page. */
const stopMs = 30 * 60_000;

/**
 * Once in a clone's life: a start after that finds what was noted.
 * @throws UnusableBase where the copy is not what is written on the snapshot
 */
export async function prepareClone(work: CloneWork): Promise<Prepared> {
	const done = await readFile(noteIn(work.folder), "utf8").catch(() => null);
	if (done !== null) return JSON.parse(done) as Prepared;
	const { folder, source, memory, signal } = work;
	const { bufferPool } = memoryShares(memory);
	const { data } = scratchPaths(folder);
	work.report({ step: "taking the snapshot's data" });
	// Absent where an attempt before this one was ended behind it.
	if (existsSync(source.data) || !existsSync(data)) await takeSnapshotData(source, folder);
	await rm(join(data, "auto.cnf"), { force: true });
	work.report({ step: "recovering it, where nobody can reach it" });
	const options = { folder, bufferPool, purpose: "restore", settings: [...recovering, ...durable] } as const;
	const server = await startScratch(signal === undefined ? options : { ...options, signal });
	const prepared = await changed(server.session, work).catch(async (error) => {
		await server.stop(stopMs).catch(() => {});
		throw error;
	});
	await server.stop(stopMs);
	await note(folder, prepared);
	return prepared;
}

/** What only the last binary log knows is recovered from it. */
const recovering = [...instanceSettings, "sync_binlog = 1"];

/** Unlike a copy that can be made again in a moment, a clone keeps what was written to it. */
const durable = ["innodb_doublewrite = ON", "innodb_flush_log_at_trx_commit = 1"];

async function changed(session: Session, { source, accounts, report }: CloneWork): Promise<Prepared> {
	const held = await executed(session);
	const base = snapshotBase(source.snapshot);
	if (!equals(held, parseGtidSet(base.gtidExecuted))) {
		throw new UnusableBase(base, [`it holds ${formatGtidSet(held)}, not what is written on it`]);
	}
	report({ step: "taking production's accounts and channels from it" });
	// With the channel goes the password that it logged in to production with.
	await session.run("RESET REPLICA ALL", statementMs);
	const [rows = []] = await session.run(foundAccountsSql, statementMs);
	const found = rows.map((row) => ({ user: `${row.user}`, host: `${row.host}`, locked: row.account_locked === "Y" }));
	const { sql, locked, kept } = accountChanges(found, accounts);
	await session.run(sql, statementMs);
	await dropOwnLogs(session);
	return { gtidExecuted: formatGtidSet(held), locked, kept };
}

const noteIn = (folder: string) => join(folder, "prepared.json");

async function note(folder: string, prepared: Prepared): Promise<void> {
	await mkdir(folder, { recursive: true });
	const unfinished = `${noteIn(folder)}.new`;
	await writeFile(unfinished, `${JSON.stringify(prepared)}\n`, { mode: 0o600, flush: true });
	await rename(unfinished, noteIn(folder));
}

/** Writable, for whoever has the clone's passwords. */
export function serveClone({ folder, memory, events, network }: CloneWork): Promise<ScratchServer> {
	const { bufferPool, connections, openTables, tableDefinitions } = memoryShares(memory);
	const settings = [
		...durable,
		`max_connections = ${connections}`,
		`table_open_cache = ${openTables}`,
		`table_definition_cache = ${tableDefinitions}`,
		...(events ? ["event_scheduler = ON"] : []),
	];
	return startScratch({ folder, bufferPool, purpose: "restore", readOnly: false, settings, network });
}

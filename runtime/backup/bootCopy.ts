/** A copied data directory, booted and checked: what a backup and a snapshot are proved by. */
import { FailedError } from "../exit.ts";
import { formatGtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import type { ScratchServer } from "../scratch/scratchServer.ts";
import { startScratch } from "../scratch/startScratch.ts";
import { steps, type Tell } from "./progress.ts";
import type { Proofs } from "./proofs.ts";
import { baseTables, checkTables, openTables } from "./tableChecks.ts";

export interface CopyToBoot {
	/** With the data directory in `data`. */
	readonly folder: string;
	/** Bytes for the buffer pool of its mysqld. */
	readonly bufferPool: number;
	/** Whether every index is read too. */
	readonly indexes: boolean;
	/** More lines of its my.cnf. */
	readonly settings?: readonly string[];
	readonly tell: Tell;
	readonly signal: AbortSignal;
}

export interface Booted {
	readonly at: string;
	readonly seconds: number;
	readonly tables: number;
	readonly gtidExecuted: string;
	readonly version: string;
}

/** A clean stop writes what is dirty in a buffer pool. */
const stopMs = 1_800_000;
const askMs = 60_000;

/** Crash recovery, the tables, a clean end. @throws with what is wrong with it */
export async function bootCopy(copy: CopyToBoot, proofs: Proofs): Promise<Booted> {
	const { folder, bufferPool, indexes, settings = [], tell, signal } = copy;
	tell({ step: steps.boot });
	const start = () => startScratch({ folder, bufferPool, purpose: "boot", settings, signal });
	const server = await proofs.pass("recovery", start);
	const at = new Date().toISOString();
	try {
		const [[row] = []] = await server.session.run("SELECT @@GLOBAL.gtid_executed AS gtid, @@version AS version", askMs);
		const tables = await baseTables(server.session);
		await proofs.pass("tables opened", () => openTables(server.session, tables, tell));
		if (indexes) await proofs.pass("indexes", () => checkTables(server.session, tables, tell));
		await proofs.pass("clean stop", () => server.stop(stopMs));
		await proofs.pass("error log", () => quiet(server));
		const gtidExecuted = formatGtidSet(parseGtidSet(String(row?.gtid ?? "")));
		return { at, seconds: proofs.seconds, tables: tables.length, gtidExecuted, version: String(row?.version) };
	} catch (error) {
		await server.stop(stopMs).catch(() => {});
		signal.throwIfAborted();
		throw error;
	}
}

/** @throws FailedError with what it complained of */
export async function quiet(server: ScratchServer): Promise<void> {
	const errors = await server.errors();
	if (errors.length > 0) throw new FailedError(`the copy's error log: ${errors.slice(0, 3).join(" | ")}`);
}

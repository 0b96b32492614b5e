/** Logical backups: a dump, proved by loading it into an empty mysqld. */
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { FailedError } from "../exit.ts";
import { equals, parseGtidSet } from "../mysql/gtidSet.ts";
import type { Session } from "../mysql/session.ts";
import { initialiseScratch } from "../scratch/initialiseScratch.ts";
import type { ScratchServer } from "../scratch/scratchServer.ts";
import { startScratch } from "../scratch/startScratch.ts";
import { quiet } from "./bootCopy.ts";
import { donorFacts } from "./donorAccess.ts";
import { type Dump, dump } from "./dump.ts";
import { writeNotes } from "./notes.ts";
import { steps } from "./progress.ts";
import { Proofs } from "./proofs.ts";
import { checkRoom, freeBytes } from "./room.ts";
import { baseTables, openTables } from "./tableChecks.ts";
import { type BackupWork, commonNotes, type MadeBackup } from "./work.ts";

/** In the snapshot, beside the notes. */
export const dumpFile = "dump.sql";

const stopMs = 1_800_000;
const askMs = 60_000;

/** @throws UserError when the scratch volume is too small, before anything is dumped; FailedError when a check fails */
export async function makeLogical(work: BackupWork): Promise<MadeBackup> {
	const { folder, donor, access, tell } = work;
	const { dataBytes } = await donorFacts(access, donor.instance);
	// The dump, and what it is loaded into.
	checkRoom({ data: dataBytes, copies: 2, free: await freeBytes(folder), declared: work.scratchBytes });
	const stored = join(folder, "stored");
	await mkdir(stored, { recursive: true, mode: 0o700 });
	const file = join(stored, dumpFile);
	tell({ step: `${steps.dump} ${donor.instance} (${donor.role})` });
	const dumped = await dump(work, file);
	const loaded = await prove(work, file, dumped);
	const { gtidExecuted, bytes } = dumped;
	const notes = { ...commonNotes(work), gtidExecuted, mysqlVersion: donor.version, bytes, booted: loaded };
	await writeNotes(stored, notes);
	await rm(join(folder, "proof"), { recursive: true });
	return { folder: stored, excludes: [], notes };
}

async function prove(work: BackupWork, file: string, dumped: Dump) {
	const { bufferPool, tell, signal } = work;
	const folder = join(work.folder, "proof");
	const proofs = new Proofs();
	await initialiseScratch(folder, signal);
	const server = await startScratch({ folder, bufferPool, purpose: "restore", signal });
	const at = new Date().toISOString();
	try {
		await proofs.pass("loaded", () => load(work, server, file, dumped.bytes));
		await proofs.pass("position", () => samePosition(server.session, dumped));
		const tables = await baseTables(server.session);
		await proofs.pass("tables opened", () => openTables(server.session, tables, tell));
		await proofs.pass("clean stop", () => server.stop(stopMs));
		await proofs.pass("error log", () => quiet(server));
		const counted = tables.filter(({ schema }) => dumped.schemas.includes(schema)).length;
		return { at, seconds: proofs.seconds, tables: counted, checks: [...proofs.all] };
	} catch (error) {
		await server.stop(stopMs).catch(() => {});
		signal.throwIfAborted();
		throw error;
	}
}

/** By the client that a person would use. */
async function load({ tell, signal }: BackupWork, server: ScratchServer, file: string, total: number): Promise<void> {
	let done = 0;
	async function* counted(): AsyncGenerator<Uint8Array> {
		for await (const chunk of createReadStream(file)) {
			done += (chunk as Buffer).length;
			tell({ step: steps.load, done, total, unit: "bytes" });
			yield chunk as Buffer;
		}
	}
	try {
		await execa("mysql", [`--defaults-file=${server.clientOptions}`, "--default-character-set=utf8mb4"], {
			stdin: counted(),
			stdout: "ignore",
			cancelSignal: signal,
			maxBuffer: 2 ** 20,
		});
	} catch (error) {
		signal.throwIfAborted();
		throw new FailedError(`the dump does not load: ${(error as { stderr?: string }).stderr || error}`);
	}
}

async function samePosition(session: Session, { gtidExecuted }: Dump): Promise<void> {
	const [[row] = []] = await session.run("SELECT @@GLOBAL.gtid_executed AS gtid", askMs);
	if (equals(parseGtidSet(String(row?.gtid ?? "")), parseGtidSet(gtidExecuted))) return;
	throw new FailedError(`the loaded dump is at ${row?.gtid}, and was dumped at ${gtidExecuted}`);
}

/** Full and incremental backups: the donor's data directory by CLONE, booted and checked. How they differ is what restic finds to be new. */
import { mkdir } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { FailedError } from "../exit.ts";
import { cloneFrom } from "../mysql/clone.ts";
import type { Session } from "../mysql/session.ts";
import { initialiseScratch } from "../scratch/initialiseScratch.ts";
import { scratchPaths } from "../scratch/scratchCnf.ts";
import { startScratch } from "../scratch/startScratch.ts";
import { bootCopy } from "./bootCopy.ts";
import { damageOr } from "./damagedCopy.ts";
import { type DonorFacts, donorFacts } from "./donorAccess.ts";
import { type BackupNotes, writeNotes } from "./notes.ts";
import { checkPages } from "./pageChecks.ts";
import { steps } from "./progress.ts";
import { Proofs } from "./proofs.ts";
import { checkRoom, freeBytes } from "./room.ts";
import { type BackupWork, commonNotes, type MadeBackup } from "./work.ts";

/** A copy that takes longer is given up. */
const cloneMs = 12 * 3_600_000;
/** Its end after the copy, and a clean stop, which writes what is dirty in a buffer pool. */
const stopMs = 1_800_000;
const askMs = 60_000;

/**
 * What a restored copy does not need: its identity (it must get one of its own, or its transactions would be taken for
 * the donor's), what each start makes anew, and spare files of the redo log.
 */
const excludes = ["auto.cnf", "ibtmp1", "#innodb_temp", "*.dblwr", "*.bdblwr", "#clone", "*.pem", "#ib_redo*_tmp"];

/** @throws UserError when the scratch volume is too small, before anything is copied; FailedError when a check fails, DamagedCopyError where that is the copied data's fault */
export async function makePhysical(work: BackupWork): Promise<MadeBackup> {
	const { folder, donor, access, tell, signal } = work;
	const facts = await donorFacts(access, donor.instance);
	checkRoom({ data: facts.dataBytes, copies: 1, free: await freeBytes(folder), declared: work.scratchBytes });
	await cloneInto(work, facts);
	const proofs = new Proofs();
	// Daily is often enough for what reads everything: every hour, the pages' checksums are what is asked.
	const { bufferPool, kind } = work;
	const copy = { folder, bufferPool, indexes: kind === "full", tell, signal };
	const found = await bootCopy(copy, proofs).catch(async (error) => {
		signal.throwIfAborted();
		throw await damageOr(error, folder);
	});
	const { data } = scratchPaths(folder);
	await proofs.pass("pages", () => checkPages(data, tell, signal));
	const booted = { at: found.at, seconds: found.seconds, tables: found.tables, checks: [...proofs.all] };
	const notes: BackupNotes = {
		...commonNotes(work),
		gtidExecuted: found.gtidExecuted,
		mysqlVersion: found.version,
		bytes: facts.dataBytes,
		booted,
	};
	await writeNotes(data, notes);
	return { folder: data, excludes, notes };
}

async function cloneInto(work: BackupWork, { plugins, dataBytes }: DonorFacts): Promise<void> {
	const { folder, bufferPool, donor, access, tell, signal } = work;
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const step = `${steps.clone} ${donor.instance} (${donor.role})`;
	tell({ step });
	await initialiseScratch(folder, signal);
	const settings = plugins.map((library) => `plugin_load_add = ${library}`);
	const server = await startScratch({ folder, bufferPool, purpose: "restore", settings, signal });
	const { host, adminPort: port } = access.reach(donor.instance);
	const source = { host, port, user: "clone", password: access.passwords.clone, caFile: access.caFile };
	const watching = new AbortController();
	const watched = server
		.open()
		.then((beside) =>
			watch(
				beside,
				(done) => tell({ step, done: Math.min(done, dataBytes), total: dataBytes, unit: "bytes" }),
				watching.signal,
			),
		);
	try {
		await cloneFrom(server.session, source, cloneMs);
	} catch (error) {
		await server.stop(stopMs).catch(() => {});
		signal.throwIfAborted();
		throw new FailedError(`CLONE from ${donor.instance}: ${error instanceof Error ? error.message : error}`);
	} finally {
		watching.abort();
		await watched.catch(() => {});
	}
	await server.ended(stopMs);
}

/** The session goes with the server when the copy is complete. */
async function watch(session: Session, seen: (bytes: number) => void, stop: AbortSignal): Promise<void> {
	const sql = "SELECT COALESCE(SUM(DATA), 0) AS bytes FROM performance_schema.clone_progress";
	while (!stop.aborted && !session.closed) {
		const [[row] = []] = await session.run(sql, askMs);
		seen(Number(row?.bytes ?? 0));
		await setTimeout(1000, undefined, { signal: stop });
	}
}

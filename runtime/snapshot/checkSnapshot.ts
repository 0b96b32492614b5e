/** A volume that was made of a snapshot, booted and checked: whether a database could be made of it. */
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { bootCopy } from "../backup/bootCopy.ts";
import { checkPages } from "../backup/pageChecks.ts";
import type { Tell } from "../backup/progress.ts";
import { type Proof, Proofs } from "../backup/proofs.ts";
import { FailedError } from "../exit.ts";
import { scratchPaths } from "../scratch/scratchCnf.ts";

export interface SnapshotCheck {
	readonly snapshot: string;
	/** The volume, as an instance has it: the data directory is `data` in it. */
	readonly folder: string;
	/** Bytes for the buffer pool of its mysqld. */
	readonly bufferPool: number;
	readonly tell: Tell;
	readonly signal: AbortSignal;
}

export interface CheckedSnapshot {
	readonly snapshot: string;
	readonly at: string;
	/** From crash recovery to the last page. */
	readonly seconds: number;
	readonly checks: readonly Proof[];
	/** What it holds; null where it could not be asked. */
	readonly gtidExecuted: string | null;
	readonly version: string | null;
	readonly tables: number | null;
	/** What is wrong with it; null where nothing is. */
	readonly fault: string | null;
}

/** What the check's job says; written there, read by the job that asked for it. */
export const checkedSnapshotSchema = z.looseObject({
	snapshot: z.string(),
	at: z.string(),
	seconds: z.number(),
	gtidExecuted: z.string().nullable(),
	fault: z.string().nullable(),
});

/** Where an instance has its relay log (runtime/instance/myCnf.ts): mysqld looks for it at each start. */
export const instanceSettings: readonly string[] = ["log_bin = binlog", "relay_log = relay"];

/**
 * What is wrong is the result, not an error: only who is told to end has found nothing out.
 * @throws the reason of `signal`
 */
export async function checkSnapshot(check: SnapshotCheck): Promise<CheckedSnapshot> {
	const { snapshot, signal } = check;
	const proofs = new Proofs();
	const found = await proved(check, proofs).catch((error: unknown) => {
		signal.throwIfAborted();
		return { fault: error instanceof Error ? error.message : String(error) };
	});
	const nothing = { gtidExecuted: null, version: null, tables: null, fault: null };
	const at = new Date().toISOString();
	return { snapshot, at, seconds: proofs.seconds, checks: [...proofs.all], ...nothing, ...found };
}

async function proved({ folder, bufferPool, tell, signal }: SnapshotCheck, proofs: Proofs) {
	const { data } = scratchPaths(folder);
	if (!(await isFolder(data))) throw new FailedError("the volume holds no data directory");
	// The copy gets an identity of its own.
	await rm(join(data, "auto.cnf"), { force: true });
	const copy = { folder, bufferPool, indexes: true, settings: instanceSettings, tell, signal };
	const { gtidExecuted, version, tables } = await bootCopy(copy, proofs);
	await proofs.pass("pages", () => checkPages(data, tell, signal));
	return { gtidExecuted, version, tables };
}

async function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
}

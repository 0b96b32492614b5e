/** One backup from its donor to every store: the work of a job, without its pod. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DamagedCopyError } from "../exit.ts";
import type { ClusterRecord } from "../failover/record.ts";
import { newBackupId } from "./backupId.ts";
import type { Away, BackupStore } from "./backupStore.ts";
import { type Copied, copyMissing } from "./copyMissing.ts";
import { chooseDonor, type Donor } from "./donor.ts";
import { type DonorAccess, readMembers } from "./donorAccess.ts";
import type { BackupEntry, BackupKind } from "./entry.ts";
import type { BackupKeys } from "./keys.ts";
import { makeLogical } from "./logicalBackup.ts";
import { makePhysical } from "./physicalBackup.ts";
import { sparingly, steps, type Tell } from "./progress.ts";
import { storeBackup } from "./storeBackup.ts";

export interface BackupRun {
	readonly cluster: string;
	readonly kind: BackupKind;
	/** The scratch volume. What earlier runs left there is removed. */
	readonly volume: string;
	/** Bytes of it, as it was declared. */
	readonly scratchBytes: number;
	/** Bytes for the buffer pool of the mysqld that boots the copy. */
	readonly bufferPool: number;
	readonly keys: BackupKeys;
	/** The first one that takes it gets it; the others get a copy. */
	readonly stores: readonly BackupStore[];
	readonly access: DonorAccess;
	readonly record: ClusterRecord;
	/** Whether an older backup is still to be kept, and so copied where it is missing. Default: every one is. */
	readonly wanted?: (backup: string) => boolean;
	/** Whom the newest backup of this kind was copied from: another one's turn comes first, so that each is read. */
	readonly last?: string | undefined;
	/** Told whose copy was found to be damaged; the backup fails whatever comes of it. */
	readonly onDamage?: (donor: Donor, reason: string) => Promise<void>;
	readonly tell: Tell;
	readonly signal: AbortSignal;
}

export interface BackupResult {
	/** As it is in the store that got it first. */
	readonly entry: BackupEntry;
	readonly store: string;
	/** Also of older backups that were missing. */
	readonly copied: readonly Copied[];
	/** Stores that this backup is not in yet, and why: a later run brings it there. */
	readonly away: readonly Away[];
}

/**
 * Nothing is in a catalogue before it was booted, checked and stored; wherever this ends before, nothing is.
 * @throws UserError when there is no room, before anything is copied; FailedError when no instance can be copied, a check
 * fails, or no store takes it
 */
export async function runBackup(run: BackupRun): Promise<BackupResult> {
	const { cluster, kind, volume, access, record, signal, stores } = run;
	const tell = sparingly(run.tell);
	const startedAt = new Date();
	const folder = join(volume, "backup");
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true, mode: 0o700 });
	try {
		const donor = chooseDonor(record, await readMembers(access), run.last);
		const { bufferPool, scratchBytes } = run;
		const id = newBackupId(kind, startedAt);
		const shared = { cluster, id, kind, startedAt, folder, bufferPool, scratchBytes, donor, access, tell, signal };
		const make = kind === "logical" ? makeLogical : makePhysical;
		const made = await make({ ...shared, term: record.term }).catch((error) => damaged(run, donor, error));
		const context = { keys: run.keys, folder: volume, signal };
		const stored = await storeBackup(stores, context, made, tell);
		tell({ step: steps.copy });
		const { copied, away } = await copyMissing(stores, context, cluster, (backup) => run.wanted?.(backup) ?? true);
		return { entry: stored.entry, store: stored.store, copied, away };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Whether the donor is damaged or the scratch volume cannot be told apart: rather a volume too many is made anew. */
async function damaged({ onDamage }: BackupRun, donor: Donor, error: unknown): Promise<never> {
	if (error instanceof DamagedCopyError) await onDamage?.(donor, error.message);
	throw error;
}

/** What making a backup needs, whatever its kind. */
import type { Donor } from "./donor.ts";
import type { DonorAccess } from "./donorAccess.ts";
import type { BackupKind } from "./entry.ts";
import type { BackupNotes } from "./notes.ts";
import type { Tell } from "./progress.ts";

export interface BackupWork {
	readonly cluster: string;
	readonly id: string;
	readonly kind: BackupKind;
	readonly startedAt: Date;
	/** Empty, and ours alone. */
	readonly folder: string;
	/** Bytes for the buffer pool of the mysqld that boots it. */
	readonly bufferPool: number;
	/** Bytes of the scratch volume as it was declared. */
	readonly scratchBytes: number;
	readonly donor: Donor;
	readonly access: DonorAccess;
	/** The cluster's term. */
	readonly term: number | null;
	readonly tell: Tell;
	readonly signal: AbortSignal;
}

/** A backup that was booted and checked, and is not stored yet. */
export interface MadeBackup {
	/** What is stored: it holds the notes. */
	readonly folder: string;
	/** Patterns of restic for what is not stored. */
	readonly excludes: readonly string[];
	readonly notes: BackupNotes;
}

/** What is the same in the notes of every kind. */
export function commonNotes(work: BackupWork) {
	const { cluster, id, kind, startedAt, donor, term } = work;
	const { instance, server, role } = donor;
	const source = { instance, server, role };
	return { version: 1, id, cluster, kind, startedAt: startedAt.toISOString(), source, term } as const;
}

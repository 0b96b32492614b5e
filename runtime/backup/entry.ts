/** One entry of the catalogue: a backup that was booted and checked, and where it lies. Derived, and derivable anew, from what is in the store. */
import { z } from "zod";

export const backupKinds = ["full", "incremental", "logical"] as const;
export type BackupKind = (typeof backupKinds)[number];

export const entrySchema = z.object({
	version: z.literal(1),
	/** `20261125T020000Z-full-1a2b3c4d`: sorts by time. */
	id: z.string(),
	cluster: z.string(),
	kind: z.enum(backupKinds),
	startedAt: z.iso.datetime(),
	finishedAt: z.iso.datetime(),
	/** Whom it was copied from. */
	source: z.object({ instance: z.string(), server: z.string(), role: z.enum(["replica", "primary"]) }),
	term: z.number().int().nullable(),
	/** All that it holds: read from the booted copy; of a logical one, the position that it was dumped at. */
	gtidExecuted: z.string(),
	mysqlVersion: z.string(),
	/** Of the data directory, or of the dump. */
	bytes: z.number().int(),
	/** What it added to the repository, after deduplication and compression. */
	addedBytes: z.number().int(),
	/** The proof that it can be used: every check that was made on the booted copy. */
	booted: z.object({
		at: z.iso.datetime(),
		seconds: z.number(),
		tables: z.number().int(),
		checks: z.array(z.object({ name: z.string(), seconds: z.number() })),
	}),
	/** The restic snapshot in *this* store's repository. */
	snapshot: z.string(),
});

export type BackupEntry = z.infer<typeof entrySchema>;

export const entryKey = (cluster: string, id: string): string => `backups/${cluster}/${id}.json`;
export const entryPrefix = (cluster: string): string => `backups/${cluster}/`;

/** Where in the bucket the restic repository lies. */
export const repositoryPath = (cluster: string): string => `repository/${cluster}`;

/** Evidence of a restore test of this backup; the newest one counts. */
export const verifiedKey = (cluster: string, id: string, at: string): string => `verified/${cluster}/${id}/${at}.json`;
export const verifiedPrefix = (cluster: string, id: string): string => `verified/${cluster}/${id}/`;

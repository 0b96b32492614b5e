/** The snapshots of a repository, as restic lists them. */
import { z } from "zod";
import type { RepositoryAccess, ResticContext } from "./repository.ts";
import { restic } from "./restic.ts";

const schema = z.looseObject({
	id: z.string(),
	time: z.string(),
	/** The snapshot that it was copied from. */
	original: z.string().optional(),
	tags: z.array(z.string()).default([]),
	summary: z
		.looseObject({
			backup_end: z.string(),
			data_added_packed: z.number().int(),
			total_bytes_processed: z.number().int(),
		})
		.optional(),
});

export interface Snapshot {
	readonly id: string;
	/** Of the backup that lies in it; null where somebody else made it. */
	readonly backup: string | null;
	/** ISO 8601, in UTC. */
	readonly finishedAt: string;
	/** After deduplication and compression, at the store that it was first written to; 0 where restic does not say. */
	readonly addedBytes: number;
	readonly bytes: number;
}

/** Backups are found by tags: an identity is the same in every store, a snapshot's name is not. */
export const backupTag = (id: string) => `backup=${id}`;

const idOf = (tags: readonly string[]) =>
	tags.flatMap((tag) => (tag.startsWith("backup=") ? [tag.slice("backup=".length)] : []))[0] ?? null;

/** @param id only those of this backup */
export async function snapshots(access: RepositoryAccess, context: ResticContext, id?: string): Promise<Snapshot[]> {
	const only = id === undefined ? [] : ["--tag", backupTag(id)];
	const text = await restic(access, context, { args: ["snapshots", "--json", "--no-lock", ...only] });
	return z
		.array(schema)
		.parse(JSON.parse(text))
		.map(({ id: name, time, tags, summary }) => ({
			id: name,
			backup: idOf(tags),
			finishedAt: new Date(summary?.backup_end ?? time).toISOString(),
			addedBytes: summary?.data_added_packed ?? 0,
			bytes: summary?.total_bytes_processed ?? 0,
		}));
}

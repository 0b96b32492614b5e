/** What a backup says of itself, inside its snapshot: with what restic says of the snapshot it makes the entry of the catalogue. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { type BackupEntry, entrySchema } from "./entry.ts";
import type { RepositoryAccess, ResticContext } from "./repository.ts";
import { restic } from "./restic.ts";
import type { Snapshot } from "./snapshots.ts";

/** At the top of the snapshot. mysqld does not mind a file of this name in its data directory. */
export const notesFile = "mysql-dr-backup.json";

export const notesSchema = entrySchema.omit({ finishedAt: true, addedBytes: true, snapshot: true });
export type BackupNotes = z.infer<typeof notesSchema>;

export async function writeNotes(folder: string, notes: BackupNotes): Promise<void> {
	await writeFile(join(folder, notesFile), `${JSON.stringify(notesSchema.parse(notes), null, "\t")}\n`);
}

export async function readNotes(folder: string): Promise<BackupNotes> {
	return notesSchema.parse(JSON.parse(await readFile(join(folder, notesFile), "utf8")));
}

/** Out of the repository, where nothing else is left. */
export async function notesIn(
	access: RepositoryAccess,
	context: ResticContext,
	snapshot: Snapshot,
): Promise<BackupNotes> {
	const text = await restic(access, context, { args: ["dump", "--no-lock", snapshot.id, `/${notesFile}`] });
	return notesSchema.parse(JSON.parse(text));
}

export function entryOf(notes: BackupNotes, snapshot: Snapshot): BackupEntry {
	const { id, finishedAt, addedBytes } = snapshot;
	return entrySchema.parse({ ...notes, finishedAt, addedBytes, snapshot: id });
}

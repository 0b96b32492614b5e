/** The entries of the catalogue, made anew from the repository alone. */
import type { BackupStore } from "./backupStore.ts";
import { entryKey } from "./entry.ts";
import { entryOf, notesIn } from "./notes.ts";
import type { ResticContext } from "./repository.ts";
import { snapshots } from "./snapshots.ts";

/**
 * Writes those that are missing; what is there stays. A snapshot is only ever made of a backup that was booted, so that
 * each has its place in the catalogue.
 * @returns the backups whose entries were missing
 */
export async function rebuildCatalogue(
	{ objects, repository }: BackupStore,
	context: ResticContext,
	cluster: string,
): Promise<string[]> {
	const made: string[] = [];
	for (const snapshot of await snapshots(repository, context)) {
		if (snapshot.backup === null) continue;
		const key = entryKey(cluster, snapshot.backup);
		if ((await objects.head(key)) !== null) continue;
		const entry = entryOf(await notesIn(repository, context, snapshot), snapshot);
		await objects.put(key, Buffer.from(`${JSON.stringify(entry, null, "\t")}\n`), "once");
		made.push(snapshot.backup);
	}
	return made;
}

/** Puts a backup that was made into a repository, and then into the catalogue of that store. */
import { FailedError } from "../exit.ts";
import { type Away, away, type BackupStore, nameOf } from "./backupStore.ts";
import { ensureRepository } from "./ensureRepository.ts";
import { type BackupEntry, entryKey, repositoryPath } from "./entry.ts";
import { entryOf } from "./notes.ts";
import { steps, type Tell } from "./progress.ts";
import type { ResticContext } from "./repository.ts";
import { restic } from "./restic.ts";
import { backupTag, snapshots } from "./snapshots.ts";
import type { MadeBackup } from "./work.ts";

export interface StoredBackup {
	readonly store: string;
	readonly entry: BackupEntry;
	/** Stores that were tried before it. */
	readonly away: readonly Away[];
}

/**
 * Into the first store that takes it; {@link copyMissing} brings it to the others.
 * @throws FailedError where none does
 */
export async function storeBackup(
	stores: readonly BackupStore[],
	context: ResticContext,
	made: MadeBackup,
	tell: Tell,
): Promise<StoredBackup> {
	const tried: Away[] = [];
	for (const store of stores) {
		try {
			await ensureRepository(store, stores, context, made.notes.cluster);
			const entry = await storeIn(store, context, made, tell);
			return { store: nameOf(store), entry, away: tried };
		} catch (error) {
			context.signal?.throwIfAborted();
			tried.push(away(store, error));
			tell({ step: `store ${nameOf(store)}: ${error instanceof Error ? error.message : error}` });
		}
	}
	throw new FailedError(
		`no store took the backup: ${tried.map(({ store, error }) => `${store}: ${error}`).join("; ")}`,
	);
}

async function storeIn(
	store: BackupStore,
	context: ResticContext,
	{ folder, excludes, notes }: MadeBackup,
	tell: Tell,
): Promise<BackupEntry> {
	const { objects, repository } = store;
	// Of jobs that were killed; only what is stale goes.
	await restic(repository, context, { args: ["unlock"] });
	const tags = [backupTag(notes.id), `cluster=${notes.cluster}`, `kind=${notes.kind}`];
	const args = [
		"backup",
		".",
		"--json",
		"--host",
		notes.cluster,
		...tags.flatMap((tag) => ["--tag", tag]),
		...excludes.flatMap((pattern) => ["--exclude", pattern]),
	];
	// restic says nothing of a short run until it is over.
	tell({ step: steps.store, done: 0, total: notes.bytes, unit: "bytes" });
	try {
		await restic(repository, context, { args, folder, onLine: (line) => report(line, tell) });
	} catch (error) {
		await removeIncomplete(store, context, notes);
		throw error;
	}
	const [snapshot] = await snapshots(repository, context, notes.id);
	if (snapshot === undefined) throw new FailedError(`store ${objects.name}: the snapshot of ${notes.id} is not there`);
	const entry = entryOf(notes, snapshot);
	await objects.put(entryKey(notes.cluster, notes.id), Buffer.from(`${JSON.stringify(entry, null, "\t")}\n`), "once");
	return entry;
}

/**
 * Where restic could not read all files it says so, and makes a snapshot all the same (exit 3): by its tag it would be taken for
 * the backup, copied, and given a place in the catalogue. Removed as an object: `forget` waits until nobody restores.
 */
async function removeIncomplete(
	{ objects, repository }: BackupStore,
	context: ResticContext,
	{ cluster, id }: MadeBackup["notes"],
): Promise<void> {
	if (context.signal?.aborted) return;
	for (const { id: name } of await snapshots(repository, context, id)) {
		await objects.remove(`${repositoryPath(cluster)}/snapshots/${name}`, "hide");
	}
}

/** restic's own progress: `{"message_type":"status","bytes_done":…,"total_bytes":…}`. */
function report(line: string, tell: Tell): void {
	if (!line.includes('"message_type":"status"')) return;
	const { bytes_done: done = 0, total_bytes: total = 0 } = JSON.parse(line) as Record<string, number>;
	tell({ step: steps.store, done, total, unit: "bytes" });
}

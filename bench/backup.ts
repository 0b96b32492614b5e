/** A backup of a folder, as the job of backups stores and catalogues it. */
import { type BackupEntry, entryKey } from "../runtime/backup/entry.ts";
import type { BackupKeys } from "../runtime/backup/keys.ts";
import { restic } from "../runtime/backup/restic.ts";
import type { BenchStore } from "./stores.ts";

export interface BackupPlaces {
	readonly cluster: string;
	readonly store: BenchStore;
	readonly keys: BackupKeys;
	/** The data directory. */
	readonly data: string;
	/** For restic's cache. */
	readonly folder: string;
}

/** Once, before the first. */
export async function makeRepository({ store, keys, folder }: BackupPlaces): Promise<void> {
	await restic(store.repository, { keys, folder }, { args: ["init"] });
}

/** It holds no transaction: all that has a GTID is in the archive. */
export async function backUp(
	{ cluster, store, keys, data, folder }: BackupPlaces,
	id = "bench-full",
): Promise<BackupEntry> {
	const context = { keys, folder };
	const text = await restic(store.repository, context, { args: ["backup", "--json", "."], folder: data });
	const line = text.split("\n").findLast((one) => one.includes('"summary"')) ?? "{}";
	const summary = JSON.parse(line) as { snapshot_id: string; total_bytes_processed: number; data_added_packed: number };
	const now = new Date().toISOString();
	const entry: BackupEntry = {
		...{ version: 1, id, cluster, kind: "full", startedAt: now, finishedAt: now, term: 1 },
		source: { instance: "mysql-1", server: "source", role: "replica" },
		gtidExecuted: "",
		mysqlVersion: "",
		bytes: summary.total_bytes_processed,
		addedBytes: summary.data_added_packed,
		booted: { at: now, seconds: 0, tables: 0, checks: [] },
		snapshot: summary.snapshot_id,
	};
	await store.objects.put(entryKey(cluster, entry.id), Buffer.from(JSON.stringify(entry)), "once");
	return entry;
}

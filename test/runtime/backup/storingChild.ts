/** Stores a backup in a process of its own, which a test kills: what it lives by is in the file that it is given. */
import { readFileSync } from "node:fs";
import { copyMissing } from "../../../runtime/backup/copyMissing.ts";
import type { BackupKeys } from "../../../runtime/backup/keys.ts";
import { storeBackup } from "../../../runtime/backup/storeBackup.ts";
import type { MadeBackup } from "../../../runtime/backup/work.ts";
import { backupStore, type StorePlace } from "./storePlace.ts";

export interface StoringOptions {
	readonly stores: readonly StorePlace[];
	readonly made: MadeBackup;
	readonly keys: BackupKeys;
	/** Of restic's own. */
	readonly folder: string;
}

/** What a backup's job does with a backup that was made. */
export async function storeAndCopy({ stores: places, made, keys, folder }: StoringOptions) {
	const { cluster } = made.notes;
	const stores = places.map((place) => backupStore(place, cluster));
	const context = { keys, folder };
	const stored = await storeBackup(stores, context, made, () => {});
	return { stored, ...(await copyMissing(stores, context, cluster)) };
}

if (process.argv[1] === import.meta.filename) {
	await storeAndCopy(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as StoringOptions);
}

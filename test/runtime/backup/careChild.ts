/** The care of what is stored in a process of its own, which a test kills. */
import { readFileSync } from "node:fs";
import { milliseconds } from "../../../objectives/duration.ts";
import { care } from "../../../runtime/backup/care.ts";
import type { BackupKeys } from "../../../runtime/backup/keys.ts";
import { backupStore, type StorePlace } from "./storePlace.ts";

export interface CareOptions {
	readonly cluster: string;
	readonly stores: readonly StorePlace[];
	readonly keys: BackupKeys;
	/** Of restic's own. */
	readonly folder: string;
	/** ISO 8601. */
	readonly now: string;
}

const days = (count: number) => milliseconds(count * 86_400_000);
const retention = { full: days(10), incremental: days(3), logical: days(10), archive: days(7) };

export function careOf({ cluster, stores, keys, folder, now }: CareOptions) {
	const opened = stores.map((place) => backupStore(place, cluster));
	const run = { cluster, stores: opened, context: { keys, folder }, retention };
	return care({ ...run, now: new Date(now), tell: () => {} });
}

if (process.argv[1] === import.meta.filename) {
	await careOf(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as CareOptions);
}

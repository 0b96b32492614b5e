/** A backup's job in a process of its own, which a test kills: it says on standard output how far it is. */
import { readFileSync } from "node:fs";
import type { DonorAccess } from "../../../runtime/backup/donorAccess.ts";
import { type BackupRun, runBackup } from "../../../runtime/backup/runBackup.ts";
import { backupStore, type StorePlace } from "./storePlace.ts";

export interface BackupOptions extends Pick<BackupRun, "cluster" | "kind" | "volume" | "keys" | "record"> {
	readonly access: Omit<DonorAccess, "reach">;
	/** Of the only instance there is. */
	readonly port: number;
	readonly stores: readonly StorePlace[];
}

/** @param tell gets each step as it begins, and its progress */
export function backUp(
	{ access, port, stores, ...options }: BackupOptions,
	tell: BackupRun["tell"],
	signal = new AbortController().signal,
) {
	return runBackup({
		...options,
		stores: stores.map((place) => backupStore(place, options.cluster)),
		access: { ...access, reach: () => ({ host: "localhost", port, adminPort: port }) },
		scratchBytes: 64 * 2 ** 30,
		bufferPool: 64 * 2 ** 20,
		...{ tell, signal },
	});
}

if (process.argv[1] === import.meta.filename) {
	const options = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as BackupOptions;
	await backUp(options, ({ step }) => process.stdout.write(`${step}\n`));
}

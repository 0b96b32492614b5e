/** Whether a copy fits where it is to be made. Looked at before anything is begun. */
import { mkdir, statfs } from "node:fs/promises";
import { UserError } from "../../objectives/error.ts";
import { defaultBatchBytes } from "./batches.ts";

/** Tables grow while the archive is applied; the live database fits a volume of the size of the scratch volume. */
const growth = 1.1;
/** Batches of relay log on disk: one being applied, one that waits, one being written. */
const batchesAtOnce = 3;
const redoBytes = 2 * 2 ** 30;
const restOfServer = 256 * 2 ** 20;

/** Bytes. @param archive of binary log that is to be applied */
export function neededBytes(data: number, archive: number, batchBytes: number = defaultBatchBytes): number {
	const relay = Math.min(archive, batchesAtOnce * batchBytes);
	// As much redo log as the archive can fill, at most its capacity.
	return Math.ceil(data * growth + relay + Math.min(archive * 2, redoBytes) + restOfServer);
}

/** @throws UserError naming both figures */
export async function checkRoom(folder: string, needed: number): Promise<void> {
	await mkdir(folder, { recursive: true });
	const { bavail, bsize } = await statfs(folder);
	const free = bavail * bsize;
	if (free >= needed) return;
	throw new UserError({
		field: folder,
		value: free,
		wrong: `has ${inMiB(free)} free, and the restored copy needs ${inMiB(needed)}`,
		remedy: "give it a larger volume (databases[].backup.scratch), or name another folder",
	});
}

const inMiB = (bytes: number) => `${Math.ceil(bytes / 2 ** 20).toLocaleString("en")} MiB`;

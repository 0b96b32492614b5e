/** Whether a copy fits where it is to be made. Looked at before anything is begun. */
import { mkdir, statfs } from "node:fs/promises";
import { UserError } from "../../objectives/error.ts";
import { defaultBatchBytes } from "./batches.ts";

/** Tables grow while the archive is applied; the live database fits a volume of the size of the scratch volume. */
const growth = 0.1;
/** Batches of relay log on disk: one being applied, one that waits, one being written. */
const batchesAtOnce = 3;
const redoBytes = 2 * 2 ** 30;
/** A replaying copy keeps a binary log of its own until a batch is through; compressed, as the archive is. */
const ownLogOf = (archive: number, batchBytes: number): number => Math.min(archive, batchBytes);
const restOfServer = 256 * 2 ** 20;

/** Bytes. @param archive of binary log that is to be applied */
export function neededBytes(data: number, archive: number, batchBytes: number = defaultBatchBytes): number {
	return data + replayBytes(data, archive, batchBytes);
}

/** What is needed beside data that are there already. */
export function replayBytes(data: number, archive: number, batchBytes: number = defaultBatchBytes): number {
	const relay = Math.min(archive, batchesAtOnce * batchBytes);
	// As much redo log as the archive can fill, at most its capacity.
	const own = ownLogOf(archive, batchBytes);
	return Math.ceil(data * growth + relay + own + Math.min(archive * 2, redoBytes) + restOfServer);
}

/**
 * Of a volume that is made from a snapshot, in whole GiB as storage gives it: the one that it was taken of, which held
 * the data, and a replay of unknown length.
 * @param given bytes of the volume, and of the data that were on it
 */
export function volumeBytes(given: { readonly volumeBytes: number; readonly bytes: number }): number {
	const whole = Math.max(given.volumeBytes, given.bytes) + replayBytes(given.bytes, Number.POSITIVE_INFINITY);
	return Math.ceil(whole / 2 ** 30) * 2 ** 30;
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

/** Every page of every tablespace of a stopped copy against its checksum. */
import { readdir, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { execa } from "execa";
import { DamagedCopyError } from "../exit.ts";
import { steps, type Tell } from "./progress.ts";

/** Tables, undo and system tablespaces; not what is made anew at each start. */
const isTablespace = (path: string) =>
	/\.ibd$|(^|\/)undo_\d+$|\.ibu$|(^|\/)ibdata\d+$/.test(path) && !path.startsWith("#innodb_temp/");

/** Paths below `data`. */
export async function tablespaces(data: string): Promise<string[]> {
	const entries = await readdir(data, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => relative(data, join(entry.parentPath, entry.name)))
		.filter(isTablespace)
		.sort();
}

/** @throws DamagedCopyError naming the file whose pages are not what was written */
export async function checkPages(data: string, tell: Tell, signal: AbortSignal): Promise<void> {
	const files = await tablespaces(data);
	const sizes = await Promise.all(files.map(async (file) => (await stat(join(data, file))).size));
	const total = sizes.reduce((sum, size) => sum + size, 0);
	const queue = files.entries();
	let done = 0;
	tell({ step: steps.pages, done, total, unit: "bytes" });
	const worker = async () => {
		// All workers take from the same iterator.
		for (const [index, file] of queue) {
			await checkFile(data, file, signal);
			done += sizes[index] ?? 0;
			tell({ step: steps.pages, done, total, unit: "bytes" });
		}
	};
	await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** innochecksum ends with something else than 0 at the first page that is wrong (MySQL manual, "innochecksum"). */
async function checkFile(data: string, file: string, signal: AbortSignal): Promise<void> {
	const { exitCode, stderr, originalMessage } = await execa("innochecksum", [file], {
		cwd: data,
		reject: false,
		cancelSignal: signal,
		stdout: "ignore",
		maxBuffer: 2 ** 20,
	});
	signal.throwIfAborted();
	if (exitCode === 0) return;
	throw new DamagedCopyError(`the copy's file ${file} is broken: ${stderr.trim().split("\n")[0] || originalMessage}`);
}

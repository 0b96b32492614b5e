/**
 * What was built once, for every checkout on this machine: a folder an entry, named by what it is and by the hash of all that it was
 * made from. An entry is built beside its place and renamed into it, so that one that is there is whole; it is never changed or
 * deleted afterwards, because running sites use it in place.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Progress } from "../step.ts";
import { contentKey, type KeyInputs } from "./key.ts";
import { withLock } from "./lock.ts";

export interface Entry {
	/** What it is, as a file name: "cluster", "node-root". */
	readonly name: string;
	/** What is shown while it is made. */
	readonly title: string;
	readonly inputs: KeyInputs;
	/** Fills the empty folder. */
	make(folder: string): Promise<void>;
}

/** `$MYSQL_DR_CACHE`, else `$XDG_CACHE_HOME/mysql-dr`, else `~/.cache/mysql-dr`. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
	if (env.MYSQL_DR_CACHE) return env.MYSQL_DR_CACHE;
	return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mysql-dr");
}

/** Where the entry is or will be. */
export async function entryFolder(entry: Pick<Entry, "name" | "inputs">, root: string = cacheRoot()): Promise<string> {
	return join(root, `${entry.name}-${await contentKey(entry.inputs)}`);
}

/** The entry's folder, made now if it is not there yet. */
export async function cached(entry: Entry, progress: Progress, root: string = cacheRoot()): Promise<string> {
	const folder = await entryFolder(entry, root);
	if (existsSync(folder)) return folder;
	return progress.step(entry.title, async () => {
		const lock = join(root, ".locks", folder.slice(root.length + 1));
		await withLock(
			lock,
			() => build(entry, folder, root),
			(holder) => progress.note(`waiting for ${holder}, which makes the same`),
		);
		return folder;
	});
}

async function build(entry: Entry, folder: string, root: string): Promise<void> {
	// Made by somebody else while we waited for the lock.
	if (existsSync(folder)) return;
	const building = join(root, ".building", folder.slice(root.length + 1));
	await discard(building);
	await mkdir(building, { recursive: true });
	try {
		await entry.make(building);
		await rename(building, folder);
	} catch (error) {
		await discard(building);
		throw error;
	}
}

/** Not across mounts: a half-made root file system may still have the machine's own /dev or /sys in it. Also when interrupted. */
async function discard(folder: string): Promise<void> {
	await promisify(execFile)("rm", ["-rf", "--one-file-system", folder]);
}

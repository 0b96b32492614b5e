/**
 * A file system of its own for a folder, kept in a file beside it: it can be filled and frozen as a whole. Whether it is there is
 * read back from the kernel; what an earlier run left is found the same way.
 */
import { readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Addresses, folderPrefix } from "./addresses.ts";
import { run, succeeds } from "./command.ts";

/** Room for the data and for a clone of them. */
const size = 2 ** 30;
const filler = "filler";
/** Seconds until the kernel has let go of a device. */
const patience = 20;

export class Disk {
	readonly #folder: string;

	/** @param folder where it is mounted */
	constructor(folder: string) {
		this.#folder = folder;
	}

	/** Makes it, if it is not there, and moves what the folder holds onto it. Nobody may use the folder meanwhile. */
	async make(): Promise<void> {
		if (await this.there()) return;
		const { image, aside } = this.#beside();
		await writeFile(image, "");
		await truncate(image, size);
		await run("mkfs.ext4", ["-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", image]);
		await rename(this.#folder, aside);
		await run("mkdir", [this.#folder]);
		// What is written reaches the file at once and need not reach the machine's disk: that would make it slower than the others.
		await run("mount", ["-o", "loop,noatime,barrier=0", image, this.#folder]);
		await run("cp", ["--archive", `${aside}/.`, this.#folder]);
		await rm(aside, { recursive: true });
	}

	/** Writes to it wait, reads of what is in memory do not: as with a storage network that went away. */
	async freeze(): Promise<void> {
		await run("fsfreeze", ["--freeze", this.#folder]);
	}

	/** Takes all the room that is left. */
	async fill(): Promise<void> {
		const file = join(this.#folder, filler);
		const [, left = "0"] = (await run("df", ["--block-size=1", "--output=avail", this.#folder])).trim().split("\n");
		// Most of it without writing it; the rest until nothing is left.
		await run("fallocate", ["--length", String(Math.max(1, Number(left) - 8 * 2 ** 20)), file]);
		await succeeds("dd", ["if=/dev/zero", `of=${file}`, "bs=4k", "oflag=append", "conv=notrunc"]);
	}

	/** Ends `freeze` and `fill`. */
	async heal(): Promise<void> {
		if (!(await this.there())) return;
		await thaw(this.#folder);
		await rm(join(this.#folder, filler), { force: true });
	}

	/** Takes it away with all that it holds; the folder stays, empty. Whoever used it has ended. */
	async remove(): Promise<void> {
		if (await this.there()) await unmount(this.#folder);
		await rm(this.#beside().image, { force: true });
	}

	/**
	 * The same while others go on: pods that were begun since it is there have it in their mount namespaces, out of reach, and
	 * its device goes when they do.
	 */
	async leave(): Promise<void> {
		if (await this.there()) await run("umount", [this.#folder]);
		await rm(this.#beside().image, { force: true });
	}

	async there(): Promise<boolean> {
		return (await mounted()).includes(this.#folder);
	}

	#beside(): { image: string; aside: string } {
		return { image: `${this.#folder}.disk`, aside: `${this.#folder}.aside` };
	}
}

/** Goes before the end of the processes that wait for them: not even a SIGKILL ends those. */
export async function thawDisks(lane: Addresses): Promise<void> {
	for (const folder of await left(lane)) await thaw(folder);
}

/** Goes after the end of all that used them. */
export async function removeDisks(lane: Addresses): Promise<void> {
	for (const folder of await left(lane)) await unmount(folder);
}

/** A lane's: those of this run and of earlier ones. */
async function left(lane: Addresses): Promise<string[]> {
	return (await mounted()).filter((folder) => folder.startsWith(folderPrefix(lane)));
}

async function mounted(): Promise<string[]> {
	const text = await readFile("/proc/self/mounts", "utf8");
	return text.split("\n").flatMap((line) => line.split(" ")[1] ?? []);
}

/** One that is not frozen says so, and that is all. */
async function thaw(folder: string): Promise<void> {
	await succeeds("fsfreeze", ["--unfreeze", folder]);
}

/** The kernel lets go of the loop device a moment after its last mount went. */
async function unmount(folder: string): Promise<void> {
	await run("umount", [folder]);
	const used = async () => (await run("losetup", ["--associated", `${folder}.disk`])).trim() !== "";
	// Ctrl-C does not end this wait: it is part of cleaning up.
	for (const end = performance.now() + patience * 1000; await used(); await sleep(50)) {
		if (performance.now() > end) throw new Error(`the loop device of ${folder} is still in use`);
	}
}

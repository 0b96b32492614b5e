/**
 * A new zone begins with a copy of an image store that was filled once for all zones and sites, its large files by hard link:
 * a second instead of an import of hundreds of megabytes, and zones share the pages of what they run. Nothing writes to these
 * files: a layer's file is copied up before it is changed.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Progress } from "../step.ts";
import { cached } from "../tools/cache.ts";
import { run, succeeds } from "./command.ts";
import { type Archive, markName } from "./images.ts";
import { machineFolder } from "./paths.ts";

const script = fileURLToPath(new URL("machine/seed.sh", import.meta.url));
/** Where containerd keeps what is written once. The rest (its databases) is copied. */
const writtenOnce = ["io.containerd.content.v1.content/blobs", "io.containerd.snapshotter.v1.overlayfs/snapshots"];

/** Gives every new zone a filled image store; the others keep theirs. */
export async function fillNewStores(
	state: string,
	zones: readonly string[],
	{ root, archives }: { readonly root: string; readonly archives: readonly Archive[] },
	progress: Progress,
): Promise<void> {
	const fresh: string[] = [];
	for (const zone of zones) if (await isEmpty(machineFolder(state, zone).containerd)) fresh.push(zone);
	if (fresh.length === 0 || archives.length === 0) return;
	const seed = await ensureSeed(root, archives, progress);
	await Promise.all(fresh.map((zone) => adopt(join(seed, "store"), machineFolder(state, zone).containerd)));
}

async function ensureSeed(root: string, archives: readonly Archive[], progress: Progress): Promise<string> {
	const marks = await Promise.all(archives.map(markName));
	return cached(
		{
			name: "image-store",
			title: "image store for new zones",
			inputs: { recipe: "1", root: basename(dirname(root)), images: marks },
			make: async (folder) => {
				const files = archives.map(({ archive }) => archive);
				const namespaces = ["--mount", "--pid", "--net", "--fork", "--kill-child", "--propagation", "private"];
				await run("unshare", [...namespaces, "sh", script, root, folder, ...files]);
				for (const mark of marks) await writeFile(join(folder, "store", mark), "");
			},
		},
		progress,
	);
}

/** Beside its place and then renamed: a copy that was interrupted is not taken for one. */
async function adopt(seed: string, folder: string): Promise<void> {
	const building = `${folder}.new`;
	await rm(building, { recursive: true, force: true });
	await mkdir(building, { recursive: true });
	for (const part of writtenOnce) {
		await mkdir(dirname(join(building, part)), { recursive: true });
		// Another file system than the cache's: the zone imports for itself.
		if (!(await succeeds("cp", ["-al", join(seed, part), join(building, part)])))
			return rm(building, { recursive: true, force: true });
	}
	await copyRest(seed, building);
	await rm(folder, { recursive: true, force: true });
	await rename(building, folder);
}

async function copyRest(seed: string, building: string): Promise<void> {
	const linked = new Set(writtenOnce.map((part) => join(building, part)));
	for (const entry of await readdir(seed, { withFileTypes: true, recursive: true })) {
		const path = join(entry.parentPath, entry.name).slice(seed.length + 1);
		const target = join(building, path);
		if ([...linked].some((place) => target.startsWith(`${place}/`))) continue;
		if (entry.isDirectory()) await mkdir(target, { recursive: true });
		else if (entry.isFile()) await run("cp", ["-a", join(seed, path), target]);
	}
}

async function isEmpty(folder: string): Promise<boolean> {
	return !existsSync(folder) || (await readdir(folder)).length === 0;
}

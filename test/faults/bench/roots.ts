/** The programs that the bench runs: from the tools' cache. */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../../../local/images/bundle.ts";
import { ensureRuntimeRoot } from "../../../local/images/runtimeRoot.ts";
import type { Progress } from "../../../local/step.ts";
import { ensureTools } from "../../../local/tools/tools.ts";

export interface Roots {
	/** Folder with kube-apiserver. */
	readonly bin: string;
	/** Debian with etcd. */
	readonly node: string;
	/** The runtime image's packages, with the mount points of the pods. */
	readonly image: string;
	/** Files with the definitions of the snapshot kinds. */
	readonly snapshotCrds: readonly string[];
	/** The runtime as one file. */
	readonly bundle: string;
}

/** @param given a bundle to be tested instead of the checkout's */
export async function ensureRoots(folder: string, given: string | undefined, progress: Progress): Promise<Roots> {
	const tools = await ensureTools(progress);
	const image = await ensureRuntimeRoot(tools, progress);
	const file = join(folder, "mysql-dr.mjs");
	// A copy: mutations write over it.
	await (given === undefined ? bundle(file) : copyFile(given, file));
	return { bin: tools.bin, node: tools.nodeRoot, image, snapshotCrds: tools.snapshotCrds, bundle: file };
}

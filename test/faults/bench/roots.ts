/** The programs that the bench runs: from the tools' cache, the runtime image unpacked once. */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { bundle } from "../../../local/images/bundle.ts";
import type { Progress } from "../../../local/step.ts";
import { cached } from "../../../local/tools/cache.ts";
import { ensureTools } from "../../../local/tools/tools.ts";

export interface Roots {
	/** Folder with kube-apiserver. */
	readonly bin: string;
	/** Debian with etcd. */
	readonly node: string;
	/** The runtime image's packages: mysqld, node, mysqlbinlog; with the mount points of the pods. */
	readonly image: string;
	/** The runtime as one file. */
	readonly bundle: string;
}

const folders = ["etc/mysql-dr/settings", "etc/mysql-dr/credentials", "etc/mysql-dr/tls", "run/mysql-dr"];
const serviceAccount = "run/secrets/kubernetes.io/serviceaccount";
const program = "usr/lib/mysql-dr/mysql-dr.mjs";

/** @param given a bundle to be tested instead of the checkout's */
export async function ensureRoots(folder: string, given: string | undefined, progress: Progress): Promise<Roots> {
	const tools = await ensureTools(progress);
	const base = tools.images.find(({ reference }) => reference.includes("/runtime-base:"));
	if (base === undefined) throw new Error("the tools have no base of the runtime image");
	const { layers } = JSON.parse(await readFile(join(dirname(base.archive), "image.json"), "utf8"));
	const image = await cached(
		{
			name: "faults-root",
			title: "unpack the runtime image",
			inputs: { reference: base.reference, recipe: "2" },
			make: (target) => unpack(base.archive, layers, join(target, "root")),
		},
		progress,
	);
	const file = given ?? join(folder, "mysql-dr.mjs");
	if (given === undefined) await bundle(file);
	return { bin: tools.bin, node: tools.nodeRoot, image: join(image, "root"), bundle: file };
}

async function unpack(archive: string, layers: readonly { digest: string }[], root: string): Promise<void> {
	await mkdir(root);
	for (const { digest } of layers) {
		const blob = `blobs/${digest.replace(":", "/")}`;
		const script = 'tar --extract --to-stdout --file "$1" "$2" | tar --extract --directory "$3"';
		await promisify(execFile)("bash", ["-o", "pipefail", "-c", script, "bash", archive, blob, root]);
	}
	for (const name of [...folders, serviceAccount]) await mkdir(join(root, name), { recursive: true });
	for (const name of [program, "etc/hosts"]) {
		await mkdir(dirname(join(root, name)), { recursive: true });
		await writeFile(join(root, name), "");
	}
}

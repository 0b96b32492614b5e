/** The runtime image's packages as a root file system, unpacked once: mysqld, node, mysqlbinlog, with the mount points of the pods. */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Progress } from "../step.ts";
import { cached } from "../tools/cache.ts";
import type { Tools } from "../tools/tools.ts";

const folders = [
	...["settings", "credentials", "tls", "volumes"].map((name) => `etc/mysql-dr/${name}`),
	"run/mysql-dr",
];
const serviceAccount = "run/secrets/kubernetes.io/serviceaccount";
const program = "usr/lib/mysql-dr/mysql-dr.mjs";

/** @returns the folder; read-only for everybody, since all share it. */
export async function ensureRuntimeRoot(tools: Tools, progress: Progress): Promise<string> {
	const base = tools.images.find(({ reference }) => reference.includes("/runtime-base:"));
	if (base === undefined) throw new Error("the tools have no base of the runtime image");
	const { layers } = JSON.parse(await readFile(join(dirname(base.archive), "image.json"), "utf8"));
	const entry = await cached(
		{
			name: "runtime-root",
			title: "unpack the runtime image",
			inputs: { reference: base.reference, recipe: "2" },
			make: (target) => unpack(base.archive, layers, join(target, "root")),
		},
		progress,
	);
	return join(entry, "root");
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

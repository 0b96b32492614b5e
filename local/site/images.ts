/** Image archives into the zones' containerd: each once a zone and content. There is no registry. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../step.ts";
import { run, succeeds } from "./command.ts";
import type { Machine } from "./layout.ts";
import { machineProcess } from "./machine.ts";
import { machineFolder } from "./paths.ts";
import { inside } from "./plan.ts";
import { until } from "./waiting.ts";

/** An OCI archive and the name that pods call it by. */
export interface Archive {
	readonly reference: string;
	readonly archive: string;
}

/** Imports what the zone does not have yet. */
export async function importImages(
	state: string,
	machine: Machine,
	archives: readonly Archive[],
	progress: Progress,
): Promise<void> {
	const there = await imageNames(state, machine);
	for (const archive of archives) {
		const mark = await markFile(state, machine, archive);
		// On a disk that gets full the kubelet removes images that no container uses.
		if (existsSync(mark) && there.has(archive.reference)) continue;
		progress.far(`importing ${archive.reference}`);
		await importArchive(state, machine, archive);
		await writeFile(mark, "");
	}
	progress.far("images are there");
}

/** The mark lies in the image store's folder: it goes when the images go. */
async function markFile(state: string, machine: Machine, archive: Archive): Promise<string> {
	return join(machineFolder(state, machine.name).containerd, await markName(archive));
}

/** Stands for one image and its content. */
export async function markName({ reference, archive }: Archive): Promise<string> {
	const { size, mtimeMs } = await stat(archive);
	const content = JSON.stringify([reference, size, mtimeMs]);
	return `imported-${createHash("sha256").update(content).digest("hex").slice(0, 16)}`;
}

async function imageNames(state: string, machine: Machine): Promise<ReadonlySet<string>> {
	const ctr = (args: readonly string[]) => insideMachine(state, machine, ["ctr", "--namespace", "k8s.io", ...args]);
	await until(`containerd answers in ${machine.name}`, 60, () => succeeds(...ctr(["version"])));
	return new Set((await run(...ctr(["images", "list", "--quiet"]))).split("\n"));
}

async function importArchive(state: string, machine: Machine, { archive }: Archive): Promise<void> {
	const [file, args] = insideMachine(state, machine, [
		...["ctr", "--namespace", "k8s.io", "images", "import"],
		// Unpacked by the client: the transfer service cannot read an archive without a registry's manifests.
		...["--local", "-"],
	]);
	await run(file, args, { inputFile: archive });
}

/** A command line that runs in the machine. */
export function insideMachine(
	state: string,
	machine: Machine,
	command: readonly string[],
): [file: string, args: string[]] {
	const mark = machineProcess(state, machine);
	if (!mark) throw new Error(`${machine.name} is down`);
	const path = `${inside.bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
	return [
		"nsenter",
		[
			...["--target", String(mark.pid)],
			...["--mount", "--uts", "--ipc", "--net", "--pid"],
			...["env", "-i", `PATH=${path}`, "HOME=/root"],
			...command,
		],
	];
}

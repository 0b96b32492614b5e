/**
 * One machine of the site: its own mount, process, host name, IPC and network namespaces over an overlay of the shared root file
 * system. It runs on when the command that started it ends.
 */
import { spawn } from "node:child_process";
import { chmod, mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "../tools/lock.ts";
import { freeze, isFrozen, prepareCgroups } from "./cgroups.ts";
import type { Layout, Machine } from "./layout.ts";
import { setPort } from "./network.ts";
import { type MachineFolder, machineFolder } from "./paths.ts";
import { daemonScript, type MachinePlan } from "./plan.ts";
import { gone, type ProcessMark, running, signal } from "./process.ts";
import { until } from "./waiting.ts";

/** What a machine is started from. */
export interface Launch {
	/** The read-only root file system that all machines share. */
	readonly root: string;
	/** Kubernetes' and the volume driver's programs. */
	readonly bin: string;
	readonly keys: string;
}

const enter = fileURLToPath(new URL("machine/enter.sh", import.meta.url));
/** Longer than the 20 s that a machine gives its processes to end by themselves. */
const politeSeconds = 25;
const killSeconds = 15;

/** Writes down how the machine is to be started; what runs already stays as it is. */
export async function prepareMachine(
	state: string,
	machine: Machine,
	launch: Launch,
	plan: MachinePlan,
): Promise<void> {
	const folder = machineFolder(state, machine.name);
	const parts = ["log", "config", "containerd", "kubelet", "etcd", "disk"];
	for (const part of parts) await mkdir(join(folder.base, part), { recursive: true });
	const scripts = plan.daemons.map((daemon) => [`daemons/${daemon.name}`, daemonScript(daemon)]);
	const files = {
		...plan.files,
		prepare: plan.prepare,
		"stop-seconds": `${plan.stopSeconds}\n`,
		...Object.fromEntries(scripts),
	};
	for (const [path, content] of Object.entries<string>(files)) await writeChanged(join(folder.config, path), content);
	await removeOthers(
		join(folder.config, "daemons"),
		plan.daemons.map(({ name }) => name),
	);
	await writeFile(folder.launch, JSON.stringify(launch));
}

/** What is the same is not touched: kube-proxy ends itself when its file is written. */
async function writeChanged(path: string, content: string): Promise<void> {
	const present = await readFile(path, "utf8").catch(() => undefined);
	if (present === content) return;
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, content);
}

/** A daemon that is no longer declared is not started again. */
async function removeOthers(folder: string, names: readonly string[]): Promise<void> {
	for (const file of await readdir(folder)) if (!names.includes(file)) await rm(join(folder, file));
}

/** The machine's first process, if it is up. */
export function machineProcess(state: string, machine: Pick<Machine, "name">): ProcessMark | undefined {
	return running(machineFolder(state, machine.name).pid);
}

/** Starts the machine unless it is up; says whether it did. */
export async function startMachine(state: string, layout: Layout, machine: Machine): Promise<boolean> {
	const { base } = machineFolder(state, machine.name);
	return withLock(join(base, "start.lock"), async () => {
		if (machineProcess(state, machine)) return false;
		await startDown(state, layout, machine);
		return true;
	});
}

async function startDown(state: string, layout: Layout, machine: Machine): Promise<void> {
	const folder = machineFolder(state, machine.name);
	const launch: Launch = JSON.parse(await readFile(folder.launch, "utf8"));
	const cgroups = await prepareCgroups(layout.cgroup, machine.name);
	await freshRoot(folder);
	await setPort(layout, machine.name, "up");
	await spawnMachine(machine, folder, launch, cgroups);
}

/** Every start is from the shared root anew: what must last is in the folders that are mounted into it. */
async function freshRoot(folder: MachineFolder): Promise<void> {
	for (const part of ["upper", "work", "root"]) {
		const path = join(folder.base, part);
		await rm(path, { recursive: true, force: true });
		await mkdir(path);
		await chmod(path, 0o755); // becomes the mode of / for every user in it
	}
}

async function spawnMachine(
	machine: Machine,
	folder: MachineFolder,
	{ root, bin, keys }: Launch,
	cgroups: readonly string[],
): Promise<void> {
	const log = await open(join(folder.log, "init.log"), "a");
	const shell = ["/bin/sh", enter, machine.name, folder.base, root, bin, keys];
	const child = spawn(
		"nsenter",
		[
			`--net=/run/netns/${machine.namespace}`,
			"unshare",
			...["--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child"],
			...["--propagation", "private"],
			...shell,
			...cgroups,
		],
		// A session of its own: Ctrl-C here does not reach it.
		{ detached: true, stdio: ["ignore", log.fd, log.fd], cwd: "/" },
	);
	await log.close();
	let ended = false;
	const note = () => {
		ended = true;
	};
	child.once("exit", note).once("error", note);
	child.unref();
	await until(`${machine.name} starts`, 20, async () => {
		if (ended) return "ended";
		return running(folder.pid) ? "runs" : undefined;
	});
	if (!running(folder.pid)) throw new Error(`${machine.name} did not start: ${await lastLine(folder)}`);
}

async function lastLine(folder: MachineFolder): Promise<string> {
	const text = await readFile(join(folder.log, "init.log"), "utf8");
	return text.trim().split("\n").at(-1) ?? "its log is empty";
}

/** Asks every process of the machine to end, databases too, and waits; what does not end is killed. */
export async function stopMachine(state: string, layout: Layout, machine: Machine): Promise<boolean> {
	const mark = machineProcess(state, machine);
	if (!mark) return false;
	if (isFrozen(layout.cgroup, machine.name)) await freeze(layout.cgroup, machine.name, false);
	signal(mark, "SIGTERM");
	if (await gone(mark, politeSeconds)) return true;
	await killProcess(layout, machine, mark);
	return true;
}

/**
 * A power cut: the port goes down first, since a network namespace outlives its processes and the kernel would say goodbye for
 * them; then the first process is killed, and with it every other one.
 */
export async function killMachine(state: string, layout: Layout, machine: Machine): Promise<boolean> {
	await setPort(layout, machine.name, "down");
	const mark = machineProcess(state, machine);
	if (!mark) return false;
	await killProcess(layout, machine, mark);
	return true;
}

async function killProcess(layout: Layout, machine: Machine, mark: ProcessMark): Promise<void> {
	signal(mark, "SIGKILL");
	// A frozen process does not even die.
	if (isFrozen(layout.cgroup, machine.name)) await freeze(layout.cgroup, machine.name, false).catch(() => {});
	if (!(await gone(mark, killSeconds)))
		throw new Error(`${machine.name}: process ${mark.pid} is still there ${killSeconds} s after SIGKILL`);
}

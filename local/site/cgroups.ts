/**
 * Each machine has a cgroup of its own in every hierarchy: two kubelets that share /kubepods end each other's pods. Its daemons
 * are in the leaf `daemons` and its pods in `kubepods` beside it, so the same tree works with version 2, where only leaves
 * hold processes.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { until } from "./waiting.ts";

const mount = "/sys/fs/cgroup";

/** `hybrid`: version 1 hierarchies (a version 2 one without controllers may be beside them). `unified`: version 2 only. */
export type CgroupVersion = "hybrid" | "unified" | "none";

/** Hierarchies that the kubelet looks at. Frozen and accounted machines need freezer and memory as well. */
const hierarchies = ["cpu", "cpuacct", "cpuset", "memory", "pids", "blkio", "devices", "freezer", "systemd", "unified"];

/** Beside the others, and without controllers: runc makes its groups in them where they are, and does without where not. */
const optional = ["systemd", "unified"];

/** Version 2 controllers that the kubelet requires. */
export const controllers = ["cpu", "cpuset", "io", "memory", "pids"];

export function cgroupVersion(exists = existsSync): CgroupVersion {
	if (exists(join(mount, "cgroup.controllers"))) return "unified";
	return exists(join(mount, "memory")) && exists(join(mount, "cpu")) ? "hybrid" : "none";
}

/** Controllers or hierarchies that a machine's kubelet will miss. */
export function missingCgroups(version: CgroupVersion): string[] {
	if (version === "none") return ["cgroups"];
	if (version === "hybrid")
		return hierarchies.filter((name) => !optional.includes(name) && !existsSync(join(mount, name)));
	const offered = readFileSync(join(mount, "cgroup.controllers"), "utf8");
	return controllers.filter((name) => !offered.split(/\s+/).includes(name));
}

/** The roots of the hierarchies in which a site has its part. */
function roots(): string[] {
	return cgroupVersion() === "unified"
		? [mount]
		: hierarchies.map((name) => join(mount, name)).filter((path) => existsSync(path));
}

/**
 * Makes the machine's cgroups, empty of what a killed machine left (a real reboot clears it; else cAdvisor holds back every pod
 * for 40 s). Returns the `cgroup.procs` files that its first process writes itself into.
 */
export async function prepareCgroups(site: string, machine: string): Promise<string[]> {
	for (const root of roots()) await removeTree(join(root, site, machine));
	return makeLeaves(site, machine);
}

/** Puts a process that is no machine's into the site's cgroups, so that all that is the site's can be found there. */
export async function joinCgroups(site: string, part: string, pid: number): Promise<void> {
	for (const file of await makeLeaves(site, part)) await writeFile(file, String(pid));
}

async function makeLeaves(site: string, part: string): Promise<string[]> {
	const leaf = join(site, part, "daemons");
	const files = roots().map(async (root) => {
		for (const path of ancestors(leaf)) await makeCgroup(root, path);
		return join(root, leaf, "cgroup.procs");
	});
	return Promise.all(files);
}

/** Ends what is left in the site's cgroups, whatever happened to the files that speak of it: it is all ours. */
export async function killLeft(site: string): Promise<void> {
	const unified = cgroupVersion() === "unified";
	if (!unified) await thawAll(join(mount, "freezer", site));
	const folder = join(unified ? mount : join(mount, "pids"), site);
	await until(`every process in cgroup ${site} ends`, 15, async () => {
		const left = processesIn(folder);
		for (const pid of left) endNow(pid);
		return left.length === 0;
	});
}

/** A frozen process does not die. Version 2 lets it. */
async function thawAll(folder: string): Promise<void> {
	for (const machine of await readdir(folder, { withFileTypes: true }).catch(() => []))
		if (machine.isDirectory()) await writeFile(join(folder, machine.name, "freezer.state"), "THAWED");
}

function processesIn(folder: string): number[] {
	if (!existsSync(folder)) return [];
	const own = readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
	const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
	return [...own, ...children.flatMap(({ name }) => processesIn(join(folder, name)))];
}

function endNow(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It ended by itself in between.
	}
}

/** Bytes that all sites together hold, without page cache. */
export function sitesMemory(): number {
	return heldBytes(join(cgroupVersion() === "unified" ? mount : join(mount, "memory"), "mysql-dr"));
}

/** Removes the site's cgroups. What is in use stays. */
export async function removeCgroups(site: string): Promise<void> {
	for (const root of roots()) {
		await removeTree(join(root, site));
		// Shared by the sites: goes with the last.
		await rmdir(join(root, dirname(site))).catch(() => {});
	}
}

/** "/mysql-dr/0/cp" -> "/mysql-dr", "/mysql-dr/0", "/mysql-dr/0/cp". */
export function ancestors(path: string): string[] {
	const parts = path.split("/").filter((part) => part !== "");
	return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

async function makeCgroup(root: string, path: string): Promise<void> {
	const folder = join(root, path);
	if (root === mount) await delegate(dirname(folder));
	await mkdir(folder, { recursive: true });
	if (root === join(mount, "cpuset")) await inheritCpuset(folder);
}

/** A version 2 child has only the controllers that its parent hands down. */
async function delegate(parent: string): Promise<void> {
	const all = controllers.map((name) => `+${name}`).join(" ");
	try {
		await writeFile(join(parent, "cgroup.subtree_control"), all);
	} catch (error) {
		throw new Error(`${parent} cannot hand down ${controllers.join(", ")}: is this a container?`, { cause: error });
	}
}

/** A new version 1 cpuset has no processors, and nothing can join it, until they are written. */
async function inheritCpuset(folder: string): Promise<void> {
	for (const file of ["cpuset.cpus", "cpuset.mems"]) {
		if (readFileSync(join(folder, file), "utf8").trim() !== "") continue;
		const above = readFileSync(join(dirname(folder), file), "utf8");
		await writeFile(join(folder, file), above.trim());
	}
}

/** Deepest first. A cgroup whose last process is just ending is busy for a moment. */
async function removeTree(folder: string): Promise<void> {
	const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
	for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
	await until(`${folder} is free`, 2, async () => removed(folder), {
		every: 20,
	}).catch(() => {});
}

async function removed(folder: string): Promise<boolean> {
	try {
		await rmdir(folder);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
		throw error;
	}
	return true;
}

/** Stops or resumes every process of a machine at once, its pods' too. */
export async function freeze(site: string, machine: string, frozen: boolean): Promise<void> {
	const [file, words] =
		cgroupVersion() === "unified"
			? [join(mount, site, machine, "cgroup.freeze"), ["0", "1"]]
			: [join(mount, "freezer", site, machine, "freezer.state"), ["THAWED", "FROZEN"]];
	await writeFile(file as string, words[frozen ? 1 : 0] as string);
	await until(`${machine} is ${frozen ? "frozen" : "thawed"}`, 10, async () => isFrozen(site, machine) === frozen, {
		every: 10,
	});
}

export function isFrozen(site: string, machine: string): boolean {
	const unified = cgroupVersion() === "unified";
	const file = unified
		? join(mount, site, machine, "cgroup.events")
		: join(mount, "freezer", site, machine, "freezer.state");
	if (!existsSync(file)) return false;
	const text = readFileSync(file, "utf8");
	return unified ? /frozen 1/.test(text) : text.trim() === "FROZEN";
}

/** Bytes that a machine's pods hold, without page cache. */
export function podsMemory(site: string, machine: string): number {
	const root = cgroupVersion() === "unified" ? mount : join(mount, "memory");
	return heldBytes(join(root, site, machine, "kubepods"));
}

function heldBytes(folder: string): number {
	const file = join(folder, "memory.stat");
	if (!existsSync(file)) return 0;
	const field = cgroupVersion() === "unified" ? /^anon (\d+)$/m : /^total_rss (\d+)$/m;
	return Number(field.exec(readFileSync(file, "utf8"))?.[1] ?? 0);
}

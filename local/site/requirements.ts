/** What a site needs of the machine; all that is missing is said at once, before anything is begun. */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { release } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Fault, UserError } from "../../objectives/error.ts";
import { cgroupVersion, missingCgroups, sitesMemory } from "./cgroups.ts";
import { succeeds } from "./command.ts";

const gibibyte = 1024 ** 3;
/** https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-nftables */
const oldestKernel = [5, 13] as const;

export interface Wants {
	/** Bytes of memory that must be available. */
	readonly memory: number;
	/** Bytes that must be free on the disk with {@link Wants.folder}. */
	readonly disk: number;
	/** Where the site's state will lie; need not exist yet. */
	readonly folder: string;
	readonly commands: readonly string[];
	readonly fileSystems: readonly string[];
	/** Whether what running sites hold counts as available: so for a check that is made while the site itself may run. */
	readonly countSites: boolean;
}

/** What the machine has. */
export interface Findings {
	readonly platform: string;
	/** "6.1.0-18-amd64". */
	readonly kernel: string;
	readonly user: number;
	readonly memory: number;
	readonly disk: number;
	/** Of those wanted. */
	readonly missingCommands: readonly string[];
	readonly missingFileSystems: readonly string[];
	readonly missingCgroups: readonly string[];
	readonly loopDevices: boolean;
	readonly namespaces: boolean;
}

/** A site's own wants; a caller that also builds adds to them. An idle site with three MySQL takes less than 3 GiB. */
export function siteWants(folder: string): Wants {
	return {
		memory: 3 * gibibyte,
		disk: 8 * gibibyte,
		folder,
		commands: ["ip", "nsenter", "unshare", "mount", "losetup", "flock", "chroot", "sh", "tail"],
		fileSystems: ["overlay", "btrfs"],
		countSites: true,
	};
}

/** Throws one UserError with everything that is missing. */
export async function requireMachine(wants: Wants): Promise<void> {
	const faults = lacking(wants, await examine(wants));
	const errors = faults.map((fault) => new UserError(fault));
	const [first, ...rest] = errors;
	if (first) throw UserError.of([first, ...rest]);
}

/** What the findings lack of the wants. */
export function lacking(wants: Wants, found: Findings): Fault[] {
	if (found.platform !== "linux")
		return [
			{
				field: "this machine",
				value: found.platform,
				wrong: `runs ${found.platform}, and a local site needs Linux`,
				remedy: "use a Linux machine, or a cluster of your own (docs: existing cluster)",
			},
		];
	const faults: (Fault | false)[] = [
		found.user !== 0 && {
			field: "user",
			value: found.user,
			wrong: `user ${found.user} is not root, and a local site makes namespaces, mounts and interfaces`,
			remedy: "run it as root (sudo)",
		},
		olderThan(found.kernel, oldestKernel) && {
			field: "kernel",
			value: found.kernel,
			wrong: `Linux ${found.kernel} is older than ${oldestKernel.join(".")}, which kube-proxy's nftables mode needs`,
			remedy: "use a newer kernel",
		},
		found.memory < wants.memory && {
			field: "memory",
			value: found.memory,
			wrong: `${inGib(found.memory)} are available and ${inGib(wants.memory)} are needed`,
			remedy: "end other programs or use a larger machine",
		},
		found.disk < wants.disk && {
			field: "disk",
			value: found.disk,
			wrong: `${inGib(found.disk)} are free where ${wants.folder} lies and ${inGib(wants.disk)} are needed`,
			remedy: "free some space",
		},
		...found.missingCommands.map((command) => ({
			field: "commands",
			value: command,
			wrong: `${command} is not in the PATH`,
			remedy: `install the package that has it (Debian: ${packageOf(command)})`,
		})),
		...found.missingFileSystems.map((name) => ({
			field: "kernel",
			value: name,
			wrong: `the kernel does not know the file system ${name}, and no module of that name could be loaded`,
			remedy: "use a kernel that has it",
		})),
		...found.missingCgroups.map((name) => ({
			field: "kernel",
			value: name,
			wrong: `the cgroup controller ${name} is not there`,
			remedy: "mount it below /sys/fs/cgroup or use a kernel that has it",
		})),
		!found.loopDevices && {
			field: "kernel",
			value: "loop",
			wrong: "there is no /dev/loop-control",
			remedy: "load the module loop or use a kernel that has it",
		},
		!found.namespaces && {
			field: "kernel",
			value: "namespaces",
			wrong: "the kernel lacks mount, PID, UTS, IPC or network namespaces",
			remedy: "use a kernel that has them",
		},
	];
	return faults.filter((each) => each !== false);
}

async function examine(wants: Wants): Promise<Findings> {
	return {
		platform: process.platform,
		kernel: release(),
		user: process.getuid?.() ?? -1,
		memory: availableMemory() + (wants.countSites ? sitesMemory() : 0),
		disk: await freeSpace(wants.folder),
		missingCommands: wants.commands.filter((command) => !inPath(command)),
		missingFileSystems: await missingFileSystems(wants.fileSystems),
		missingCgroups: missingCgroups(cgroupVersion()),
		loopDevices: existsSync("/dev/loop-control") || (await loaded("loop")),
		namespaces: ["mnt", "pid", "uts", "ipc", "net"].every((name) => existsSync(`/proc/self/ns/${name}`)),
	};
}

function olderThan(kernel: string, [major, minor]: readonly [number, number]): boolean {
	const [, first = "0", second = "0"] = /^(\d+)\.(\d+)/.exec(kernel) ?? [];
	return Number(first) < major || (Number(first) === major && Number(second) < minor);
}

function packageOf(command: string): string {
	const packages: Record<string, string> = {
		ip: "iproute2",
		mount: "mount",
		chroot: "coreutils",
		tail: "coreutils",
		sh: "dash",
	};
	return packages[command] ?? "util-linux";
}

function availableMemory(): number {
	const text = readText("/proc/meminfo");
	return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}

async function freeSpace(folder: string): Promise<number> {
	let place = folder;
	while (!existsSync(place)) place = dirname(place);
	const { bavail, bsize } = await statfs(place);
	return bavail * bsize;
}

function inPath(command: string): boolean {
	const folders = (process.env.PATH ?? "").split(delimiter);
	return folders.some((folder) => {
		try {
			accessSync(join(folder, command), constants.X_OK);
			return folder !== "";
		} catch {
			return false;
		}
	});
}

/** A file system that is a module shows only once it is loaded. */
async function missingFileSystems(names: readonly string[]): Promise<string[]> {
	const missing: string[] = [];
	for (const name of names) if (!knows(name) && !((await loaded(name)) && knows(name))) missing.push(name);
	return missing;
}

function knows(fileSystem: string): boolean {
	return readText("/proc/filesystems").split(/\s+/).includes(fileSystem);
}

async function loaded(module: string): Promise<boolean> {
	return succeeds("modprobe", [module]);
}

function inGib(bytes: number): string {
	return `${(bytes / gibibyte).toFixed(1)} GiB`;
}

function readText(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}

/**
 * Settings of the whole machine that a site needs or that its kubelets change (they do so unasked, since they believe the
 * machine to be theirs). What they were is written down by the first site and restored by the last.
 */
import { readFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../tools/lock.ts";
import { machineWide } from "./paths.ts";

/** What kubelets set: pkg/kubelet/cm/container_manager_linux.go, setupKernelTunables. */
const setByKubelets: Readonly<Record<string, string>> = {
	"vm.overcommit_memory": "1",
	"vm.panic_on_oom": "0",
	"kernel.panic": "10",
	"kernel.panic_on_oops": "1",
	"kernel.keys.root_maxkeys": "1000000",
	"kernel.keys.root_maxbytes": "25000000",
};

/** containerd, the kubelet and many pods each take inotify instances: the usual 128 are too few for three nodes. */
const atLeast: Readonly<Record<string, number>> = {
	"fs.inotify.max_user_instances": 8192,
	"fs.inotify.max_user_watches": 131072,
};

export interface Ledger {
	/** Values before the first site. */
	readonly before: Readonly<Record<string, string>>;
	/** State folders of the sites that are up. */
	readonly holders: readonly string[];
}

export interface Settings {
	read(name: string): string | undefined;
	write(name: string, value: string): Promise<void>;
}

const file = join(machineWide, "sysctls.json");

/** Writes down what is there (the first site does) and sets what a site needs. */
export async function holdSysctls(holder: string): Promise<void> {
	await locked(async () => {
		await save(withHolder(await load(), holder, kernel));
		await raise(kernel);
	});
}

/** Restores what was there if no other site is up. */
export async function releaseSysctls(holder: string): Promise<void> {
	await locked(async () => {
		const ledger = await load();
		if (!ledger) return;
		const holders = ledger.holders.filter((each) => each !== holder);
		if (holders.length > 0) return save({ ...ledger, holders });
		await restore(ledger, kernel);
		await rm(file, { force: true });
	});
}

/** The ledger with one more holder; what was before is read once, by the first. */
export function withHolder(ledger: Ledger | undefined, holder: string, settings: Settings): Ledger {
	if (!ledger) return { before: record(settings), holders: [holder] };
	return ledger.holders.includes(holder) ? ledger : { ...ledger, holders: [...ledger.holders, holder] };
}

export async function raise(settings: Settings): Promise<void> {
	for (const [name, least] of Object.entries(atLeast)) {
		const now = settings.read(name);
		if (now !== undefined && Number(now) < least) await settings.write(name, String(least));
	}
}

/** A value that is neither ours nor a kubelet's was set by somebody else meanwhile, and stays. */
export async function restore(ledger: Ledger, settings: Settings): Promise<void> {
	for (const [name, value] of Object.entries(ledger.before)) {
		const now = settings.read(name);
		const ours = setByKubelets[name] ?? String(atLeast[name]);
		if (now !== value && now === ours) await settings.write(name, value);
	}
}

function record(settings: Settings): Record<string, string> {
	const names = [...Object.keys(setByKubelets), ...Object.keys(atLeast)];
	const pairs = names.map((name) => [name, settings.read(name)] as const);
	return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

const kernel: Settings = {
	read(name) {
		try {
			return readFileSync(path(name), "utf8").trim();
		} catch {
			return undefined;
		}
	},
	write: (name, value) => writeFile(path(name), value),
};

function path(name: string): string {
	return `/proc/sys/${name.replaceAll(".", "/")}`;
}

async function load(): Promise<Ledger | undefined> {
	try {
		return JSON.parse(await readFile(file, "utf8"));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

/** Renamed into place: a half-written ledger would lose what was there before. */
async function save(ledger: Ledger): Promise<void> {
	await mkdir(machineWide, { recursive: true });
	await writeFile(`${file}.new`, JSON.stringify(ledger));
	await rename(`${file}.new`, file);
}

function locked<T>(work: () => Promise<T>): Promise<T> {
	return withLock(join(machineWide, "sysctls.lock"), work);
}

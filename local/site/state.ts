/** What a site remembers between commands, and what it tells other programs (`site.json`). */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { type Layout, layoutOf, machinesOf } from "./layout.ts";
import { checkout, siteFile, stateFolder } from "./paths.ts";
import { claimOf } from "./slots.ts";
import { publicStore, type Store, storesOf } from "./stores.ts";
import { scratchClass, snapshotClass, storageClass } from "./volumes.ts";

/** Written before anything is started, so that any later command finds what an interrupted one left. */
export interface Memory {
	readonly name: string;
	readonly region: string;
	readonly zones: readonly string[];
	readonly storeRegions: readonly string[];
	/** The slot of the last `up`: asked for again at the next. */
	readonly slot: number;
	/** The machines' root file system, for `nft`. */
	readonly root: string;
}

/** The contract with the other rooms. */
export interface SiteDescription {
	readonly name: string;
	readonly region: string;
	readonly kubeconfig: string;
	readonly zones: readonly string[];
	/** Address by machine. */
	readonly machines: Readonly<Record<string, string>>;
	readonly storageClass: string;
	/** Of volumes that are made to be thrown away. */
	readonly scratchClass: string;
	readonly snapshotClass: string;
	readonly images: { readonly runtime: string };
	readonly stores: readonly Store[];
	/** The command line that `fault` words are added to. */
	readonly fault: readonly string[];
}

export async function readMemory(name: string): Promise<Memory | undefined> {
	return readJson<Memory>(memoryFile(name));
}

export async function writeMemory(memory: Memory): Promise<void> {
	await writeJson(memoryFile(memory.name), memory);
}

/** A site that has been up before, in its present slot (or its last one, while it is down). */
export interface KnownSite {
	readonly name: string;
	readonly state: string;
	readonly layout: Layout;
	readonly memory: Memory;
	/** Whether it holds a slot now: it is up, or half-way. */
	readonly claimed: boolean;
}

export async function knownSite(name: string): Promise<KnownSite | undefined> {
	const state = stateFolder(name);
	const memory = await readMemory(name);
	if (!memory) return undefined;
	const claim = await claimOf(state);
	const slot = claim?.slot ?? memory.slot;
	return {
		name,
		state,
		memory,
		layout: layoutOf(name, slot, memory.region, memory.zones),
		claimed: claim !== undefined,
	};
}

/** The site, which must be up. */
export async function runningSite(name: string): Promise<KnownSite> {
	const site = await knownSite(name);
	if (site?.claimed) return site;
	throw new UserError({
		field: "site",
		value: name,
		wrong: `site ${name} is not up`,
		remedy: "start it with `up`",
	});
}

export async function writeDescription(
	layout: Layout,
	storeRegions: readonly string[],
	runtimeImage: string,
): Promise<SiteDescription> {
	const state = stateFolder(layout.site);
	const description: SiteDescription = {
		name: layout.site,
		region: layout.region,
		kubeconfig: join(state, "kubeconfig"),
		zones: layout.zones.map((zone) => zone.name),
		machines: Object.fromEntries(machinesOf(layout).map(({ name, address }) => [name, address])),
		storageClass,
		scratchClass,
		snapshotClass,
		images: { runtime: runtimeImage },
		stores: storesOf(state, layout, storeRegions).map(publicStore),
		fault: [process.execPath, join(checkout, "local", "bin.ts"), "fault", "--site", layout.site],
	};
	await writeJson(siteFile(layout.site), description);
	return description;
}

function memoryFile(name: string): string {
	return join(stateFolder(name), "memory.json");
}

async function readJson<T>(path: string): Promise<T | undefined> {
	try {
		return JSON.parse(await readFile(path, "utf8"));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

async function writeJson(path: string, value: unknown): Promise<void> {
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
	await rename(`${path}.new`, path);
}

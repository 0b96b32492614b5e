/** From any state to a site that is ready. Every step looks at what is there and adds what is missing. */
import { readFile, realpath } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import type { Progress } from "../step.ts";
import { throwIfInterrupted } from "../tools/interruption.ts";
import { applyAddons } from "./addons.ts";
import { type Api, apiClient } from "./api.ts";
import { freeze, isFrozen } from "./cgroups.ts";
import { controlPlane } from "./controlPlane.ts";
import { healCuts } from "./faults.ts";
import { fillNewStores } from "./imageStore.ts";
import { type Archive, importImages } from "./images.ts";
import { credentialsOf, writeKubeconfig } from "./kubeconfig.ts";
import { type Layout, layoutOf, type Machine, machinesOf } from "./layout.ts";
import { type Launch, machineProcess, prepareMachine, startMachine } from "./machine.ts";
import { networkUp } from "./network.ts";
import { keysFolder, machineFolder, stateFolder } from "./paths.ts";
import { ensureKeys, kubeconfigUsers } from "./pki.ts";
import { apiReady, dnsReady, zoneReady } from "./readiness.ts";
import { requireMachine, siteWants } from "./requirements.ts";
import { claimSlot, releaseSlot } from "./slots.ts";
import { type Memory, readMemory, type SiteDescription, writeDescription, writeMemory } from "./state.ts";
import { refuseTakenPorts, startStore, storesOf } from "./stores.ts";
import { holdSysctls } from "./sysctls.ts";
import { zone } from "./zone.ts";

/** What a site is made of; `local/tools` builds it. */
export interface SiteTools {
	/** Folder of the programs: kube-apiserver ..., csi-provisioner ..., mysql-dr-csi, versitygw. */
	readonly bin: string;
	/** The machines' read-only root file system. */
	readonly nodeRoot: string;
	readonly images: readonly Archive[];
	readonly runtimeImage: string;
	readonly pauseImage: string;
	readonly corednsImage: string;
	readonly snapshotCrds: readonly string[];
}

export interface SiteSettings {
	readonly name: string;
	readonly region: string;
	readonly zones: readonly string[];
	readonly storeRegions: readonly string[];
	readonly diskSize: number;
	readonly nodeGrace: number;
}

interface Site {
	readonly state: string;
	readonly layout: Layout;
	readonly settings: SiteSettings;
	readonly tools: SiteTools;
	readonly progress: Progress;
	/** The machines' root file system, without symbolic links. */
	readonly root: string;
}

export async function bringUp(settings: SiteSettings, tools: SiteTools, progress: Progress): Promise<SiteDescription> {
	const site = await progress.step("Slot, network and keys", () => layGround(settings, tools, progress));
	const { state, layout } = site;
	await fillNewStores(state, settings.zones, { root: site.root, archives: lastingImages(tools) }, progress);
	await progress.step("Machines", () => startMachines(site));
	const api = apiClient(await credentialsOf(keysFolder(state), "admin", layout.server));
	try {
		await Promise.all([
			progress.step("Stores", () => startStores(site)),
			progress.step("Control plane", () => controlPlaneReady(site, api)),
			...layout.zones.map((each) => progress.step(`Zone ${each.name}`, () => zoneUp(site, api, each))),
		]);
		await progress.step("Cluster DNS", () => dnsReady(api, layout));
	} finally {
		api.close();
	}
	return writeDescription(layout, settings.storeRegions, tools.runtimeImage);
}

/** Everything that is not a process. */
async function layGround(settings: SiteSettings, tools: SiteTools, progress: Progress): Promise<Site> {
	const { name, region, zones, storeRegions } = settings;
	const machines = machinesOf(layoutOf(name, 0, region, zones)); // bad names are refused before anything is touched
	const state = stateFolder(name);
	const memory = await readMemory(name);
	if (memory) refuseOtherShape(memory, settings);
	if (!anyRuns(state, machines)) await requireMachine({ ...siteWants(state), countSites: false });
	const { slot } = await claimSlot(name, state, memory?.slot);
	const root = await realpath(tools.nodeRoot);
	await writeMemory({ name, region, zones, storeRegions, slot, root });
	const layout = layoutOf(name, slot, region, zones);
	if (memory && memory.slot !== slot)
		progress.note(`slot ${memory.slot} is in use: the site has other addresses now, in ${layout.nodeRange}`);
	await refuseBeforeStart(state, layout, storeRegions);
	await holdSysctls(state);
	await networkUp(layout);
	if (await healCuts({ state, layout, root })) progress.note("cuts between machines were healed");
	await writeKeys(state, layout);
	return { state, layout, settings, tools, progress, root };
}

/** Nodes, volumes and labels are of the zones that the site was made with. */
function refuseOtherShape(memory: Memory, { name, region, zones }: SiteSettings): void {
	const faults = [
		{ field: "site.region", had: memory.region, wanted: region },
		{ field: "site.zones", had: memory.zones.join(", "), wanted: zones.join(", ") },
	].filter(({ had, wanted }) => had !== wanted);
	const [first, ...rest] = faults.map(
		({ field, had, wanted }) =>
			new UserError({
				field,
				value: wanted,
				wrong: `site ${name} was made with ${had}, not ${wanted}`,
				remedy: "keep what it was made with, or delete it first with `down --wipe`",
			}),
	);
	if (first) throw UserError.of([first, ...rest]);
}

/** A site that never began keeps no slot. */
async function refuseBeforeStart(state: string, layout: Layout, storeRegions: readonly string[]): Promise<void> {
	try {
		refuseTakenPorts(storesOf(state, layout, storeRegions));
	} catch (error) {
		if (!anyRuns(state, machinesOf(layout))) await releaseSlot(state);
		throw error;
	}
}

function anyRuns(state: string, machines: readonly Pick<Machine, "name">[]): boolean {
	return machines.some((machine) => machineProcess(state, machine));
}

async function writeKeys(state: string, layout: Layout): Promise<void> {
	const keys = keysFolder(state);
	await ensureKeys(keys, layout);
	for (const user of kubeconfigUsers(layout)) {
		const credentials = await credentialsOf(keys, user, layout.server);
		await writeKubeconfig(join(keys, `${user}.conf`), layout.site, user, credentials);
	}
	const admin = await credentialsOf(keys, "admin", layout.server);
	await writeKubeconfig(join(state, "kubeconfig"), layout.site, "admin", admin);
}

/** All but the one that changes with every change of the runtime. */
function lastingImages({ images, runtimeImage }: SiteTools): Archive[] {
	return images.filter(({ reference }) => reference !== runtimeImage);
}

async function startMachines(site: Site): Promise<void> {
	await Promise.all(machinesOf(site.layout).map((machine) => machineUp(site, machine)));
}

async function machineUp({ state, layout, settings, tools, progress, root }: Site, machine: Machine): Promise<void> {
	const launch: Launch = {
		root,
		bin: await realpath(tools.bin),
		keys: keysFolder(state),
	};
	if (await runsOnOther(state, machine, launch))
		progress.note(`${machine.name} runs on programs that were rebuilt since; \`down\` and \`up\` renew it`);
	const plan =
		machine.role === "control"
			? controlPlane(layout, settings)
			: zone(layout, machine, {
					pauseImage: tools.pauseImage,
					diskSize: settings.diskSize,
					reservedMemory: othersShare(totalmem(), settings.zones.length),
				});
	await prepareMachine(state, machine, launch, plan);
	await startMachine(state, layout, machine);
	if (isFrozen(layout.cgroup, machine.name)) await freeze(layout.cgroup, machine.name, false);
}

/** Each zone sees the whole machine: what the others may have is reserved, in whole bytes. */
export function othersShare(total: number, zones: number): number {
	return Math.floor((total * (zones - 1)) / zones);
}

async function runsOnOther(state: string, machine: Machine, launch: Launch): Promise<boolean> {
	if (!machineProcess(state, machine)) return false;
	const before = await readFile(machineFolder(state, machine.name).launch, "utf8");
	return before !== JSON.stringify(launch);
}

async function startStores({ state, layout, settings, tools }: Site): Promise<void> {
	const program = join(tools.bin, "versitygw");
	await Promise.all(
		storesOf(state, layout, settings.storeRegions).map((store) => startStore(store, layout.cgroup, program)),
	);
}

async function controlPlaneReady({ tools, settings }: Site, api: Api): Promise<void> {
	await apiReady(api);
	await applyAddons(api, { ...tools, zones: settings.zones.length });
}

/** The small images first: nothing starts without them. */
async function zoneUp({ state, tools, progress }: Site, api: Api, machine: Machine): Promise<void> {
	const first = [tools.pauseImage, tools.corednsImage];
	const rank = ({ reference }: Archive) => (first.includes(reference) ? 0 : 1);
	const archives = [...tools.images].sort((a, b) => rank(a) - rank(b));
	await importImages(state, machine, archives, progress);
	throwIfInterrupted();
	await zoneReady(state, api, machine, progress);
}

/** Leaves nothing of a site running: no process, mount, namespace, interface, route, loop device, cgroup or rule. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../step.ts";
import { killLeft, removeCgroups } from "./cgroups.ts";
import { run } from "./command.ts";
import { slotNames } from "./layout.ts";
import { stopMachine } from "./machine.ts";
import { networkDown } from "./network.ts";
import { machineFolder, stateFolder } from "./paths.ts";
import { claimOf, releaseSlot } from "./slots.ts";
import { type KnownSite, knownSite } from "./state.ts";
import { stopStore, storesOf } from "./stores.ts";
import { releaseSysctls } from "./sysctls.ts";
import { until } from "./waiting.ts";

/**
 * The slot is given back last: an interrupted `down` is found and completed by the next. A site whose state folder was deleted
 * under it is found by its slot.
 */
export async function bringDown(name: string, progress: Progress): Promise<void> {
	const state = stateFolder(name);
	const [site, claim] = await Promise.all([knownSite(name), claimOf(state)]);
	if (claim) {
		if (site) await progress.step("Machines and stores stop", () => stopAll(site));
		const zones = site?.memory.zones ?? [];
		await progress.step("Network and cgroups", () => clear(state, claim.slot, zones));
	} else progress.note(`site ${name} is not up`);
	await releaseSysctls(state);
	await releaseSlot(state);
}

/** Databases first, while their zones still reach the control plane and the stores. */
async function stopAll({ state, layout, memory }: KnownSite): Promise<void> {
	await Promise.all(layout.zones.map((zone) => stopMachine(state, layout, zone)));
	const stores = storesOf(state, layout, memory.storeRegions);
	await Promise.all([stopMachine(state, layout, layout.control), ...stores.map(stopStore)]);
}

async function clear(state: string, slot: number, zones: readonly string[]): Promise<void> {
	const names = slotNames(slot);
	await killLeft(names.cgroup);
	await networkDown(names);
	await removeCgroups(names.cgroup);
	for (const zone of zones) {
		const disk = join(machineFolder(state, zone).base, "disk", "disk.img");
		await until(`the loop device of ${disk} is released`, 20, () => released(disk));
	}
}

/** The kernel lets go of a loop device a moment after its last mount went. */
async function released(file: string): Promise<boolean> {
	if (!existsSync(file)) return true;
	return (await run("losetup", ["--associated", file])).trim() === "";
}

/**
 * A real three-zone Kubernetes on one Linux machine. `up` goes from nothing, from a site that was taken down, or from any half-way
 * state to a site that is ready; `down` leaves nothing of it running and keeps its data.
 */
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import type { Progress } from "../step.ts";
import { withLock } from "../tools/lock.ts";
import { bringDown } from "./bringDown.ts";
import { bringUp, type SiteTools } from "./bringUp.ts";
import { type FaultState, fault } from "./faults.ts";
import { machineWide, stateFolder } from "./paths.ts";
import { requireMachine, siteWants } from "./requirements.ts";
import { runningSite, type SiteDescription } from "./state.ts";

export type { SiteTools } from "./bringUp.ts";
export { type LogOptions, siteLogs } from "./logs.ts";
export { siteFile } from "./paths.ts";
export { requireMachine, siteWants, type Wants } from "./requirements.ts";
export type { SiteDescription } from "./state.ts";
export { type SiteStatus, siteStatus } from "./status.ts";

export interface SiteOptions {
	/** Default `local-1`. */
	readonly region?: string;
	/** Default zone-a, zone-b, zone-c. */
	readonly zones?: readonly string[];
	/** Regions of the two stores. Default: the site's own and `local-2` (or `local-1`, if the site's own is that). */
	readonly storeRegions?: readonly string[];
	/** Bytes of each zone's disk, sparse. Fixed when the zone is first made. Default 40 GiB. */
	readonly diskSize?: number;
	/** Seconds that a silent node stays Ready. Default 20. */
	readonly nodeGrace?: number;
}

/** Brings the site up, or completes it; returns what `site.json` says. */
export async function siteUp(
	name: string,
	options: SiteOptions,
	tools: SiteTools,
	progress: Progress,
): Promise<SiteDescription> {
	const region = options.region ?? "local-1";
	const settings = {
		name,
		region,
		zones: options.zones ?? ["zone-a", "zone-b", "zone-c"],
		storeRegions: options.storeRegions ?? [region, region === "local-2" ? "local-1" : "local-2"],
		diskSize: options.diskSize ?? 40 * 1024 ** 3,
		nodeGrace: options.nodeGrace ?? 20,
	};
	// Without root not even the lock can be had: everything that is missing is said first.
	if (process.getuid?.() !== 0) await requireMachine(siteWants(stateFolder(name)));
	return locked(name, progress, () => bringUp(settings, tools, progress));
}

/**
 * Ends everything that belongs to the site. Its disks, keys and etcd stay, and `up` brings the same site back; with `wipe` they
 * are deleted as well (the caller has asked).
 */
export async function siteDown(name: string, { wipe }: { readonly wipe: boolean }, progress: Progress): Promise<void> {
	requireRoot();
	await locked(name, progress, async () => {
		await bringDown(name, progress);
		if (wipe)
			await progress.step("Deleting the site's data", () => rm(stateFolder(name), { recursive: true, force: true }));
	});
}

/** One of `fault`'s verbs; returns what is broken afterwards. */
export async function siteFault(name: string, argv: readonly string[]): Promise<FaultState> {
	requireRoot();
	const { state, layout, memory } = await runningSite(name);
	return fault({ state, layout, root: memory.root }, argv);
}

function requireRoot(): void {
	const user = process.getuid?.() ?? -1;
	if (user === 0) return;
	throw new UserError({
		field: "user",
		value: user,
		wrong: `user ${user} is not root`,
		remedy: "run it as root (sudo)",
	});
}

/** One `up` or `down` of a site at a time. Not in the state folder: `down` may delete that. */
function locked<T>(name: string, progress: Progress, work: () => Promise<T>): Promise<T> {
	const hash = createHash("sha256").update(stateFolder(name)).digest("hex").slice(0, 12);
	const file = join(machineWide, "sites", `${name}-${hash}.lock`);
	return withLock(file, work, (holder) =>
		progress.note(`waiting for another command at work on site ${name}: ${holder}`),
	);
}

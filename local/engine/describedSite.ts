/** A site that is described and not up: so that the stack can be previewed on a machine that has none, as in a pull request. */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SiteConfig } from "../../objectives/index.ts";
import type { SiteDescription } from "../site/state.ts";

const fileOf = (checkout: string, name: string) => join(checkout, ".state", "sites", name, "site.json");

/** Whether the site of this name was brought up on this machine. */
export function isDescribed(checkout: string, name: string): boolean {
	return existsSync(fileOf(checkout, name));
}

/**
 * Does `work` while the description of a site is where the stack looks for it, under a name that is given to `work`. What it
 * says is what a new site says; its cluster is not there, which a preview does not need.
 */
export async function withDescribedSite<T>(
	checkout: string,
	{ name, region, zones }: Pick<SiteConfig, "name" | "region" | "zones">,
	work: (called: string) => Promise<T>,
): Promise<T> {
	const called = `${name}-described-${process.pid}`;
	const folder = join(checkout, ".state", "sites", called);
	const site: Omit<SiteDescription, "machines" | "fault" | "stores"> & { readonly stores: readonly object[] } = {
		name,
		region,
		kubeconfig: join(folder, "no-kubeconfig"),
		zones,
		storageClass: "mysql-dr",
		scratchClass: "mysql-dr-scratch",
		snapshotClass: "mysql-dr",
		images: { runtime: "localhost/mysql-dr/runtime:described" },
		stores: ["store-1", "store-2"].map((store, n) => ({
			...{ name: store, region: n === 0 ? region : "local-2", bucket: store },
			endpoint: "https://store.invalid",
		})),
	};
	await mkdir(folder, { recursive: true });
	try {
		await writeFile(fileOf(checkout, called), JSON.stringify(site));
		return await work(called);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

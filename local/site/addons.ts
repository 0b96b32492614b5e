/** What the cluster has besides its daemons: volumes, snapshots, cluster DNS. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { Api, KubernetesObject } from "./api.ts";
import { dnsObjects } from "./dns.ts";
import { volumeObjects, volumeSnapshotClass } from "./volumes.ts";
import { until } from "./waiting.ts";

export interface Addons {
	readonly corednsImage: string;
	/** Files with upstream's definitions of the snapshot kinds. */
	readonly snapshotCrds: readonly string[];
	/** How many zones there are. */
	readonly zones: number;
}

/** Applies everything; returns when the API server has taken it. */
export async function applyAddons(api: Api, addons: Addons): Promise<void> {
	const definitions = addons.snapshotCrds.map(async (file) => parse(await readFile(file, "utf8")) as KubernetesObject);
	const objects = [
		...(await Promise.all(definitions)),
		...volumeObjects(),
		...dnsObjects(addons.corednsImage, addons.zones),
	];
	await Promise.all(objects.map((object) => api.apply(object)));
	// The API server serves a new kind a moment after it took its definition.
	await until("the snapshot kinds are served", 30, () => api.apply(volumeSnapshotClass()).then(() => true));
}

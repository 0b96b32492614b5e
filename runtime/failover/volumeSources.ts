/** The snapshots that an instance's new volume could be made of, as Kubernetes shows them. */
import type { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { ApiError, kubernetesApi } from "../kubernetes/api.ts";
import { nullIfMissing } from "../kubernetes/nullIfMissing.ts";
import { type ReadSnapshot, readSnapshots } from "../snapshot/readSnapshots.ts";
import { usable } from "../snapshot/snapshot.ts";
import type { SourceSnapshot } from "./nearestCopy.ts";
import { bounded, claimOf } from "./volumeReads.ts";

export interface SourcePlace {
	readonly config: KubeConfig;
	readonly core: CoreV1Api;
	readonly namespace: string;
	readonly cluster: string;
}

const deadlineMs = 2000;

/**
 * Those that are verified and ready, of a volume of the same storage class: another storage could not read them.
 * @returns none where the cluster has no such kind, or it may not be read
 */
export async function volumeSources(place: SourcePlace, name: string): Promise<readonly SourceSnapshot[]> {
	const { config, namespace, cluster } = place;
	const options = { api: kubernetesApi(config), namespace, cluster, deadlineMs };
	const snapshots = await readSnapshots(options).catch((error: unknown) => {
		if (error instanceof ApiError && error.status === 403) return null;
		throw error;
	});
	const good = usable(snapshots ?? []) as ReadSnapshot[];
	if (good.length === 0) return [];
	const names = [...new Set([name, ...good.map(({ instance }) => instance)])];
	const found = await Promise.all(names.map(async (one) => [one, await classOf(place, one)] as const));
	const classes = new Map(found);
	const own = classes.get(name) ?? null;
	return own === null ? [] : good.filter(({ instance }) => classes.get(instance) === own);
}

/** Null where there is no claim, or it does not say. */
async function classOf({ core, namespace }: SourcePlace, instance: string): Promise<string | null> {
	const reading = core.readNamespacedPersistentVolumeClaim({ name: claimOf(instance), namespace }).catch(nullIfMissing);
	return (await bounded(`claim of ${instance}`, reading))?.spec?.storageClassName ?? null;
}

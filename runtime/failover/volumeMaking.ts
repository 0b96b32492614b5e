/**
 * A claim in place of one that was given up, with a volume that is made of a snapshot. The StatefulSet makes a missing claim
 * at once, empty; so the old one is kept from going until nothing uses it any more, and the next is made the moment it goes.
 * Whoever is faster, there is a claim: where it is the StatefulSet, the instance is cloned to.
 */
import { type CoreV1Api, PatchStrategy, setHeaderOptions, type V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { bytes, formatSize } from "../../objectives/size.ts";
import { clusterLabels } from "../kubernetes/clusterLabels.ts";
import { nullIfMissing } from "../kubernetes/nullIfMissing.ts";
import { snapshotGroup } from "../snapshot/snapshot.ts";
import { apiDeadline } from "./apiDeadline.ts";
import { RefusedError } from "./cancel.ts";
import { bytesOf } from "./quantity.ts";

/** On a claim that is given up; while it is there, Kubernetes keeps the claim although it is being deleted. */
export const holdFinalizer = "mysql-dr/replaced";

/**
 * Tells an instance which volume it stands on, an entry each: runtime/instance/scripts.ts reads it in the pod, and gives data
 * that came with another volume a new server UUID.
 */
export const volumesName = "mysql-volumes";

export interface MadeOf {
	/** The snapshot. */
	readonly snapshot: string;
	/** Bytes of the volume that it was taken of. */
	readonly volumeBytes: number;
}

export interface ClaimPlace {
	readonly namespace: string;
	readonly cluster: string;
	/** The instance, and its claim's name. */
	readonly name: string;
	readonly claim: string;
}

const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
const bounded = apiDeadline(2000);

/** @throws RefusedError where the claim is another one by now */
export async function hold(core: CoreV1Api, { namespace, claim }: ClaimPlace, uid: string): Promise<void> {
	const found = await read(core, namespace, claim);
	if (found?.metadata?.uid !== uid) throw new RefusedError(`${claim} is not the claim that was seen`);
	const { finalizers = [], resourceVersion = "" } = found.metadata;
	if (finalizers.includes(holdFinalizer)) return;
	const body = { metadata: { resourceVersion, finalizers: [...finalizers, holdFinalizer] } };
	const patching = core.patchNamespacedPersistentVolumeClaim({ name: claim, namespace, body }, merge);
	await bounded(`holding ${claim}`, patching);
}

/**
 * @param of null: the StatefulSet makes an empty one
 * @returns whether its volume is made of the snapshot
 * @throws RefusedError while something still uses the old one
 */
export async function makeAnother(core: CoreV1Api, place: ClaimPlace, of: MadeOf | null): Promise<boolean> {
	const { namespace, claim } = place;
	const old = await read(core, namespace, claim);
	if (old?.metadata?.deletionTimestamp === undefined || !old.metadata.finalizers?.includes(holdFinalizer)) return false;
	if (old.metadata.finalizers.length > 1) throw new RefusedError(`${claim} is still in use`);
	if (of !== null) await tellVolume(core, place, old.metadata.uid ?? "");
	const body = { metadata: { resourceVersion: old.metadata.resourceVersion ?? "", finalizers: null } };
	const patching = core.patchNamespacedPersistentVolumeClaim({ name: claim, namespace, body }, merge);
	await bounded(`letting ${claim} go`, patching.catch(nullIfMissing));
	return of !== null && create(core, namespace, claimFrom(old, of));
}

/** @returns false where somebody else was faster */
async function create(core: CoreV1Api, namespace: string, body: V1PersistentVolumeClaim): Promise<boolean> {
	const making = core.createNamespacedPersistentVolumeClaim({ namespace, body });
	const made = making.then(
		() => true,
		(error: { code?: number }) => {
			if (error.code === 409) return false;
			throw error;
		},
	);
	return bounded(`making ${body.metadata?.name}`, made);
}

/** As the old one was, and as large; what the provider reads of it stays on it. */
function claimFrom(
	{ metadata, spec }: V1PersistentVolumeClaim,
	{ snapshot, volumeBytes }: MadeOf,
): V1PersistentVolumeClaim {
	const { name = "", labels = {}, annotations = {} } = metadata ?? {};
	const own = Object.entries(annotations).filter(([key]) => key.startsWith("pulumi.com/"));
	const { accessModes, storageClassName, volumeMode, resources } = spec ?? {};
	const requested = resources?.requests?.storage;
	const storage = bytesOf(requested) >= volumeBytes && requested ? requested : formatSize(bytes(volumeBytes));
	return {
		metadata: { name, labels, annotations: Object.fromEntries(own) },
		spec: {
			...(accessModes === undefined ? {} : { accessModes }),
			...(storageClassName === undefined ? {} : { storageClassName }),
			...(volumeMode === undefined ? {} : { volumeMode }),
			resources: { requests: { storage } },
			dataSource: { apiGroup: snapshotGroup, kind: "VolumeSnapshot", name: snapshot },
		},
	};
}

/** Before there is a pod that could read it, and after the old claim was deleted: it never gets its volume back. */
async function tellVolume(core: CoreV1Api, { namespace, cluster, name }: ClaimPlace, id: string): Promise<void> {
	const data = { [name]: id };
	const patching = core.patchNamespacedConfigMap({ name: volumesName, namespace, body: { data } }, merge);
	if ((await bounded("telling the volume", patching.catch(nullIfMissing))) !== null) return;
	const metadata = { name: volumesName, namespace, labels: clusterLabels(cluster) };
	await bounded("telling the volume", core.createNamespacedConfigMap({ namespace, body: { metadata, data } }));
}

function read(core: CoreV1Api, namespace: string, name: string): Promise<V1PersistentVolumeClaim | null> {
	const reading = core.readNamespacedPersistentVolumeClaim({ name, namespace }).catch(nullIfMissing);
	return bounded(`claim ${name}`, reading);
}

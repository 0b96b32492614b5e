/** What Kubernetes says of one instance's claim, volume and pod, read by name. */
import type {
	CoreV1Api,
	CoreV1Event,
	V1PersistentVolume,
	V1PersistentVolumeClaim,
	V1Pod,
} from "@kubernetes/client-node";
import { nullIfMissing } from "../kubernetes/nullIfMissing.ts";
import { apiDeadline } from "./apiDeadline.ts";
import { mountFailure } from "./mountEvents.ts";
import { type EndedNote, podRecord } from "./podFacts.ts";
import { bytesOf } from "./quantity.ts";
import type { ClaimFacts, PersistentFacts, VolumeLook } from "./volumeFault.ts";
import { holdFinalizer } from "./volumeMaking.ts";

/** The objects of one instance, as they are at this moment. */
export interface VolumeObjects extends VolumeLook {
	/** Null where there is no pod. */
	readonly pod: { readonly uid: string; readonly note: EndedNote | null; readonly running: boolean } | null;
}

/** As the StatefulSet names it from its template `data`. */
export const claimOf = (name: string): string => `data-${name}`;

export const bounded = apiDeadline(2000);

/** @param wall milliseconds since 1970 */
export async function readVolume(
	core: CoreV1Api,
	{ namespace, name, wall }: { readonly namespace: string; readonly name: string; readonly wall: number },
): Promise<Omit<VolumeObjects, "lostMs">> {
	const claiming = core.readNamespacedPersistentVolumeClaim({ name: claimOf(name), namespace }).catch(nullIfMissing);
	const [claim, pod] = await Promise.all([
		bounded(`claim of ${name}`, claiming),
		bounded(`pod ${name}`, core.readNamespacedPod({ name, namespace }).catch(nullIfMissing)),
	]);
	const facts = claim === null ? null : claimFacts(claim);
	const bound = facts?.volume ?? null;
	if (bound === null) return { claim: facts, volume: null, mountFailure: null, pod: podFacts(pod) };
	const events = pod === null ? [] : await mountEvents(core, namespace, pod);
	const volume = await readPersistent(core, bound);
	return { claim: facts, volume, mountFailure: mountFailure(events, bound, wall), pod: podFacts(pod) };
}

async function readPersistent(core: CoreV1Api, name: string): Promise<VolumeLook["volume"]> {
	try {
		return persistentFacts(await bounded(`volume ${name}`, core.readPersistentVolume({ name })));
	} catch (error) {
		const { code } = error as { code?: number };
		if (code === 404) return "absent";
		// Without the right to look nothing is known of it; whoever would put it aside says so.
		if (code === 403) return null;
		throw error;
	}
}

/** Only of a pod that waits: events are many, and are kept for an hour only. */
async function mountEvents(core: CoreV1Api, namespace: string, pod: V1Pod): Promise<readonly CoreV1Event[]> {
	const { uid, mountingSince } = podRecord(pod);
	if (mountingSince === null) return [];
	const fieldSelector = `involvedObject.uid=${uid}`;
	return (await bounded("events", core.listNamespacedEvent({ namespace, fieldSelector }))).items;
}

function claimFacts({ metadata, spec, status }: V1PersistentVolumeClaim): ClaimFacts {
	return {
		uid: metadata?.uid ?? "",
		phase: status?.phase ?? "Pending",
		volume: spec?.volumeName || null,
		ending: metadata?.deletionTimestamp !== undefined,
		held: metadata?.finalizers?.includes(holdFinalizer) ?? false,
		source: spec?.dataSource?.kind === "VolumeSnapshot" ? spec.dataSource.name : null,
		madeAt: new Date(metadata?.creationTimestamp ?? 0).getTime(),
		requested: bytesOf(spec?.resources?.requests?.storage),
		capacity: bytesOf(status?.capacity?.storage),
	};
}

function persistentFacts({ metadata, spec, status }: V1PersistentVolume): PersistentFacts {
	const reclaimPolicy = spec?.persistentVolumeReclaimPolicy ?? "Delete";
	return { name: metadata?.name ?? "", phase: status?.phase ?? "", reclaimPolicy };
}

function podFacts(pod: V1Pod | null): VolumeObjects["pod"] {
	if (pod === null) return null;
	const { uid, volumeNote, running } = podRecord(pod);
	return { uid, note: volumeNote, running };
}

/** What a pod's object says, as a value. Pure. */
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { parseVolumeNote, type VolumeNote } from "../instance/volumeNote.ts";
import { quiescedAnnotation } from "./quiesce.ts";

export interface PodFacts {
	readonly name: string;
	readonly uid: string;
	readonly address: string | null;
	readonly zone: string | null;
	readonly node: string | null;
	readonly role: string | null;
	/** Whether mysql-replicas may lead to it: "true", "false", or null where nobody has said. */
	readonly reads: string | null;
	readonly ready: boolean;
	/** Why it is about to go: it is being deleted, or its node is about to be emptied; null when it stays. */
	readonly leaving: string | null;
	/** It is being deleted already. */
	readonly ending: boolean;
	/** A snapshot's job has its applier stand still: what it wrote; null where none does. */
	readonly quiesced: string | null;
	/** The revision of the StatefulSet that it was made from. */
	readonly revision: string | null;
	/** Why it does not start, as far as Kubernetes knows. */
	readonly trouble: string | null;
	/** Since when it has not been ready; ms since 1970. */
	readonly unreadySince: number | null;
	/** Its node is there and works, as far as Kubernetes knows. */
	readonly nodeReady: boolean;
	/** A container of it runs, as far as Kubernetes knows: what a node said last, where it is away. */
	readonly running: boolean;
	/** Since when it has had a node and nothing of it runs, because its volumes are not mounted yet; ms since 1970. */
	readonly mountingSince: number | null;
	/** What its scripts said of its volume when a container of it last ended. */
	readonly volumeNote: EndedNote | null;
	/** How often a container of it was started again, the most of any. */
	readonly restarts: number;
}

export interface EndedNote extends VolumeNote {
	/** How often the container was started again. */
	readonly restarts: number;
	/** It was started again, and may yet come to something. */
	readonly running: boolean;
}

/** What the pod alone says; zone and node's state are added where nodes are known. */
export type PodRecord = Omit<PodFacts, "zone" | "nodeReady"> & { readonly component: string };

export function podRecord(pod: V1Pod): PodRecord {
	const { metadata = {}, spec, status } = pod;
	const { labels = {}, annotations = {} } = metadata;
	const ready = isReady(pod);
	return {
		name: metadata.name ?? "",
		uid: metadata.uid ?? "",
		component: labels["app.kubernetes.io/component"] ?? "",
		address: status?.podIP ?? null,
		node: spec?.nodeName ?? null,
		role: labels["mysql-dr/role"] ?? null,
		reads: labels["mysql-dr/reads"] ?? null,
		ready,
		leaving: metadata.deletionTimestamp === undefined ? null : "its pod is being deleted",
		ending: metadata.deletionTimestamp !== undefined,
		quiesced: annotations[quiescedAnnotation] ?? null,
		revision: labels["controller-revision-hash"] ?? null,
		trouble: ready ? null : trouble(pod),
		unreadySince: ready ? null : notReadySince(pod),
		running: isRunning(pod),
		mountingSince: mountingSince(pod),
		volumeNote: volumeNote(pod),
		restarts: Math.max(0, ...containers(status).map(({ restartCount }) => restartCount)),
	};
}

export function isReady({ status }: V1Pod): boolean {
	return status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") ?? false;
}

export function isRunning({ status }: V1Pod): boolean {
	return containers(status).some(({ state }) => state?.running !== undefined);
}

function notReadySince({ metadata, status }: V1Pod): number | null {
	const condition = status?.conditions?.find(({ type }) => type === "Ready");
	const since = condition?.lastTransitionTime ?? metadata?.creationTimestamp;
	// A list gives dates, a watch the texts that were sent.
	return since === undefined ? null : new Date(since).getTime();
}

function containers(status: V1Pod["status"]): V1ContainerStatus[] {
	return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/** The sandbox, and with it the address, comes after the volumes. */
function mountingSince({ status }: V1Pod): number | null {
	if (status?.phase !== "Pending" || (status.podIP ?? "") !== "") return null;
	const condition = (type: string) => status.conditions?.find((c) => c.type === type && c.status === "True");
	const since = condition("PodScheduled")?.lastTransitionTime;
	if (since === undefined || condition("PodReadyToStartContainers") !== undefined) return null;
	return new Date(since).getTime();
}

function volumeNote({ status }: V1Pod): EndedNote | null {
	for (const { state, lastState, restartCount } of containers(status)) {
		const note = parseVolumeNote((state?.terminated ?? lastState?.terminated)?.message);
		if (note !== null) return { ...note, restarts: restartCount, running: state?.running !== undefined };
	}
	return null;
}

/** A container waits for its turn under these names; under any other it waits because something is wrong. */
const inOrder = new Set(["PodInitializing", "ContainerCreating"]);

function trouble({ status }: V1Pod): string | null {
	const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
	if (scheduled?.status === "False") return scheduled.message ?? scheduled.reason ?? "it finds no node";
	const waiting = containers(status).find(({ state }) => !inOrder.has(state?.waiting?.reason ?? "PodInitializing"));
	return waiting === undefined ? null : `${waiting.name}: ${waiting.state?.waiting?.reason}`;
}

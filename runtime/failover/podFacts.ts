/** What a pod's object says, as a value. Pure. */
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

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
	/** The revision of the StatefulSet that it was made from. */
	readonly revision: string | null;
	/** Why it does not start, as far as Kubernetes knows. */
	readonly trouble: string | null;
	/** Since when it has not been ready; ms since 1970. */
	readonly unreadySince: number | null;
}

/** What the pod alone says; zone and node's state are added where nodes are known. */
export type PodRecord = Omit<PodFacts, "zone"> & { readonly component: string };

export function podRecord(pod: V1Pod): PodRecord {
	const { metadata = {}, spec, status } = pod;
	const labels = metadata.labels ?? {};
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
		revision: labels["controller-revision-hash"] ?? null,
		trouble: ready ? null : trouble(pod),
		unreadySince: ready ? null : notReadySince(pod),
	};
}

export function isReady({ status }: V1Pod): boolean {
	return status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") ?? false;
}

function notReadySince({ metadata, status }: V1Pod): number | null {
	const condition = status?.conditions?.find(({ type }) => type === "Ready");
	const since = condition?.lastTransitionTime ?? metadata?.creationTimestamp;
	// A list gives dates, a watch the texts that were sent.
	return since === undefined ? null : new Date(since).getTime();
}

/** A container waits for its turn under these names; under any other it waits because something is wrong. */
const inOrder = new Set(["PodInitializing", "ContainerCreating"]);

function trouble({ status }: V1Pod): string | null {
	const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
	if (scheduled?.status === "False") return scheduled.message ?? scheduled.reason ?? "it finds no node";
	const containers: V1ContainerStatus[] = [
		...(status?.initContainerStatuses ?? []),
		...(status?.containerStatuses ?? []),
	];
	const waiting = containers.find(({ state }) => !inOrder.has(state?.waiting?.reason ?? "PodInitializing"));
	return waiting === undefined ? null : `${waiting.name}: ${waiting.state?.waiting?.reason}`;
}

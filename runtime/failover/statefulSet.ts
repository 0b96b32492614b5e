/** The instances' StatefulSet: which revision it wants, and one pod after the other made anew for it. */
import { AppsV1Api, CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { nullIfMissing } from "../kubernetes/nullIfMissing.ts";
import { apiDeadline } from "./apiDeadline.ts";
import { RefusedError } from "./cancel.ts";
import { isReady } from "./podFacts.ts";

export interface SetFacts {
	/** The `controller-revision-hash` of pods made now. */
	readonly updateRevision: string | null;
	/** Kubernetes replaces pods by their numbers, a primary like any other, unless this is OnDelete. */
	readonly onDelete: boolean;
}

export interface StatefulSet {
	/** Null when there is none, or it may not be read. */
	read(): Promise<SetFacts | null>;
	/** Deletes this very pod. @throws RefusedError when another one is missing, going or not ready at this moment. */
	replace(pod: string, uid: string): Promise<void>;
}

export interface StatefulSetOptions {
	readonly config: KubeConfig;
	readonly namespace: string;
	readonly cluster: string;
}

const name = "mysql";
const deadlineMs = 2000;

export function statefulSet({ config, namespace, cluster }: StatefulSetOptions): StatefulSet {
	const apps = config.makeApiClient(AppsV1Api);
	const core = config.makeApiClient(CoreV1Api);
	const labelSelector = `app.kubernetes.io/component=database,mysql-dr/cluster=${cluster}`;
	const bounded = apiDeadline(deadlineMs);
	const reading = () => bounded("reading the StatefulSet", apps.readNamespacedStatefulSet({ name, namespace }));
	return {
		async read() {
			const set = await reading().catch(nullIfMissing);
			if (set === null) return null;
			const { observedGeneration = 0, updateRevision = null } = set.status ?? {};
			return {
				// Before the controller looked at the newest template, its revision is not known.
				updateRevision: observedGeneration < (set.metadata?.generation ?? 0) ? null : updateRevision,
				onDelete: set.spec?.updateStrategy?.type === "OnDelete",
			};
		},
		async replace(pod, uid) {
			const set = await reading();
			const { items } = await bounded("listing pods", core.listNamespacedPod({ namespace, labelSelector }));
			const others = items.filter(({ metadata }) => metadata?.name !== pod);
			const whole = others.filter((each) => isReady(each) && each.metadata?.deletionTimestamp === undefined);
			if (whole.length < (set.spec?.replicas ?? 0) - 1) throw new RefusedError("another pod is missing or not ready");
			// The uid: a pod of that name that was made anew meanwhile stays.
			const body = { preconditions: { uid } };
			await bounded(`deleting ${pod}`, core.deleteNamespacedPod({ name: pod, namespace, body }));
		},
	};
}

/** Which pods there are, kept current by a watch; while the API is away, what was last known. */
import { CoreV1Api, type KubeConfig, makeInformer, type V1Pod } from "@kubernetes/client-node";
import { systemClock } from "./clock.ts";
import { nodeReader } from "./nodes.ts";
import { type PodFacts, type PodRecord, podRecord } from "./podFacts.ts";
import { type RolloutFacts, rolloutFacts } from "./rollout.ts";
import { type SetFacts, type StatefulSet, statefulSet } from "./statefulSet.ts";

export type { PodFacts } from "./podFacts.ts";

export interface Pods {
	/** By name. */
	database(): ReadonlyMap<string, PodFacts>;
	watchdogs(): readonly PodFacts[];
	/** How far the pods are from what the StatefulSet wants; null while that is not known. */
	rollout(): RolloutFacts | null;
	readonly statefulSet: StatefulSet;
	stop(): Promise<void>;
}

export interface PodsOptions {
	readonly config: KubeConfig;
	readonly namespace: string;
	readonly cluster: string;
	readonly onChange: () => void;
	readonly onError: (error: unknown) => void;
}

/** Nodes and the StatefulSet are read this often: three nodes do not need a watch on all of a cluster's. */
const readMs = 2000;

/** Resolves when the first list has come. */
export async function watchPods(options: PodsOptions): Promise<Pods> {
	const { config, namespace, cluster, onChange, onError } = options;
	const core = config.makeApiClient(CoreV1Api);
	const selector = `app.kubernetes.io/part-of=mysql-dr,mysql-dr/cluster=${cluster}`;
	const nodes = nodeReader(config, onError);
	const set = statefulSet({ config, namespace, cluster });
	const pods = new Map<string, PodRecord>();
	let wanted: SetFacts | null = null;

	const learn = async (pod: V1Pod) => {
		const record = podRecord(pod);
		pods.set(record.name, record);
		onChange();
		if (record.node === null) return;
		await nodes.learn(record.node);
		onChange();
	};
	const forget = (pod: V1Pod) => {
		pods.delete(pod.metadata?.name ?? "");
		onChange();
	};
	const withNode = (pod: PodRecord): PodFacts => {
		const node = pod.node === null ? null : nodes.facts(pod.node);
		const leaving = pod.leaving ?? node?.leaving ?? null;
		return { ...pod, zone: node?.zone ?? null, leaving, nodeReady: node?.ready ?? false };
	};
	const ofComponent = (component: string) => [...pods.values()].filter((p) => p.component === component).map(withNode);

	const list = () => core.listNamespacedPod({ namespace, labelSelector: selector });
	const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/pods`, list, selector);
	informer.on("add", (pod) => void learn(pod).catch(onError));
	informer.on("update", (pod) => void learn(pod).catch(onError));
	informer.on("delete", forget);
	const stopped = new AbortController();
	informer.on("error", (error) => {
		onError(error);
		// The informer does not start again by itself; a second's rest spares an API server in trouble.
		if (!stopped.signal.aborted) setTimeout(() => void informer.start().catch(onError), 1000).unref();
	});
	await informer.start();
	await Promise.all((await list()).items.map(learn));

	const readAgain = async () => {
		for (let failing = false; !stopped.signal.aborted; await systemClock.sleep(readMs, stopped.signal)) {
			try {
				const changed = await nodes.refresh(ofComponent("database").flatMap(({ node }) => node ?? []));
				if (changed) onChange();
				wanted = await set.read();
				failing = false;
			} catch (error) {
				// Once for a whole outage: what was known stays.
				if (!failing) onError(error);
				failing = true;
			}
		}
	};
	void readAgain();

	return {
		database: () => new Map(ofComponent("database").map((pod) => [pod.name, pod])),
		watchdogs: () => ofComponent("watchdog"),
		rollout: () => rolloutFacts(wanted, ofComponent("database"), Date.now()),
		statefulSet: set,
		stop: async () => {
			stopped.abort();
			await informer.stop();
		},
	};
}

/** Which pods there are, kept current by a watch; while the API is away, what was last known. */
import { CoreV1Api, type KubeConfig, makeInformer, type V1Pod } from "@kubernetes/client-node";

export interface PodFacts {
	readonly name: string;
	readonly address: string | null;
	readonly zone: string | null;
	readonly node: string | null;
	readonly role: string | null;
	readonly ready: boolean;
}

export interface Pods {
	/** By name. */
	database(): ReadonlyMap<string, PodFacts>;
	watchdogs(): readonly PodFacts[];
	stop(): Promise<void>;
}

export interface PodsOptions {
	readonly config: KubeConfig;
	readonly namespace: string;
	readonly cluster: string;
	readonly onChange: () => void;
	readonly onError: (error: unknown) => void;
}

const zoneLabel = "topology.kubernetes.io/zone";

/** Resolves when the first list has come. */
export async function watchPods(options: PodsOptions): Promise<Pods> {
	const { config, namespace, cluster } = options;
	const core = config.makeApiClient(CoreV1Api);
	const selector = `app.kubernetes.io/part-of=mysql-dr,mysql-dr/cluster=${cluster}`;
	const zones = new Map<string, string | null>();
	const facts = new Map<string, PodFacts & { component: string }>();

	const learn = async (pod: V1Pod) => {
		const node = pod.spec?.nodeName;
		if (node !== undefined && !zones.has(node)) {
			const found = await core.readNode({ name: node });
			zones.set(node, found.metadata?.labels?.[zoneLabel] ?? null);
		}
		const name = pod.metadata?.name ?? "";
		facts.set(name, { ...podFacts(pod), zone: node === undefined ? null : (zones.get(node) ?? null) });
		options.onChange();
	};
	const forget = (pod: V1Pod) => {
		facts.delete(pod.metadata?.name ?? "");
		options.onChange();
	};

	const list = () => core.listNamespacedPod({ namespace, labelSelector: selector });
	const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/pods`, list, selector);
	informer.on("add", (pod) => void learn(pod).catch(options.onError));
	informer.on("update", (pod) => void learn(pod).catch(options.onError));
	informer.on("delete", forget);
	let stopped = false;
	informer.on("error", (error) => {
		options.onError(error);
		// The informer does not start again by itself; a second's rest spares an API server in trouble.
		if (!stopped) setTimeout(() => void informer.start().catch(options.onError), 1000).unref();
	});
	await informer.start();
	await Promise.all((await list()).items.map(learn));

	return {
		database: () => new Map([...facts].filter(([, f]) => f.component === "database")),
		watchdogs: () => [...facts.values()].filter((f) => f.component === "watchdog"),
		stop: async () => {
			stopped = true;
			await informer.stop();
		},
	};
}

function podFacts(pod: V1Pod): Omit<PodFacts, "zone"> & { component: string } {
	const labels = pod.metadata?.labels ?? {};
	return {
		name: pod.metadata?.name ?? "",
		component: labels["app.kubernetes.io/component"] ?? "",
		address: pod.status?.podIP ?? null,
		node: pod.spec?.nodeName ?? null,
		role: labels["mysql-dr/role"] ?? null,
		ready: pod.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") ?? false,
	};
}

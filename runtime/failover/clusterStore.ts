/** The watchdog's own objects in Kubernetes. Every call has a deadline. */
import {
	CoreV1Api,
	DiscoveryV1Api,
	type KubeConfig,
	PatchStrategy,
	setHeaderOptions,
	type V1EndpointSlice,
} from "@kubernetes/client-node";
import { clusterLabels } from "../kubernetes/clusterLabels.ts";
import { nullIfMissing } from "../kubernetes/nullIfMissing.ts";
import type { PageDamage } from "../mysql/pageDamage.ts";
import { apiDeadline } from "./apiDeadline.ts";
import { damageName, formatDamage, parseDamage } from "./copyDamage.ts";
import type { LeaseStore } from "./lease.ts";
import { leaseStore } from "./leaseStore.ts";
import { type PauseOrder, parsePause, pauseKey, pauseName } from "./pause.ts";
import { type ClusterRecord, formatRecord, parseRecord, type Request, requestSchema } from "./record.ts";

export interface Versioned {
	readonly record: ClusterRecord | null;
	/** Null when there is no record yet. */
	readonly version: string | null;
}

export interface ClusterStore {
	readRecord(): Promise<Versioned>;
	/** Compare and swap. @throws when the record is no longer the one that was read. */
	saveRecord(record: ClusterRecord, version: string | null): Promise<Versioned>;
	readRequest(): Promise<Request | null>;
	readPause(): Promise<PauseOrder | null>;
	/** What a backup found in a copy of this instance. */
	readDamage(podName: string): Promise<PageDamage | null>;
	/** Says it; what was said of other instances stays. */
	sayDamage(podName: string, damage: PageDamage): Promise<void>;
	/** The address that mysql-primary points to. */
	readPublished(): Promise<string | null>;
	/** Moves every client in one write. */
	publish(podName: string, address: string): Promise<void>;
	label(podName: string, role: string): Promise<void>;
	/** Whether mysql-replicas may lead to it. */
	markReads(podName: string, serves: boolean): Promise<void>;
	readonly lease: LeaseStore;
}

export interface StoreOptions {
	readonly config: KubeConfig;
	readonly namespace: string;
	readonly cluster: string;
	readonly deadlineMs: number;
}

const recordName = "mysql-cluster";
const requestName = "mysql-request";
const serviceName = "mysql-primary";
const leaseName = "mysql-watchdog";

export function clusterStore(options: StoreOptions): ClusterStore {
	const { config, namespace, deadlineMs } = options;
	const core = config.makeApiClient(CoreV1Api);
	const discovery = config.makeApiClient(DiscoveryV1Api);
	const bounded = apiDeadline(deadlineMs);
	const labels = clusterLabels(options.cluster);
	const metadata = (name: string, version: string | null = null) => ({
		name,
		namespace,
		labels,
		...(version === null ? {} : { resourceVersion: version }),
	});
	const readMap = async (name: string) =>
		bounded(`reading ${name}`, core.readNamespacedConfigMap({ name, namespace }).catch(nullIfMissing));

	const readSlice = () =>
		bounded(
			"reading the endpoint",
			discovery.readNamespacedEndpointSlice({ name: serviceName, namespace }).catch(nullIfMissing),
		);

	const labelled = async (podName: string, label: string, value: string) => {
		const body = { metadata: { labels: { [label]: value } } };
		const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
		await bounded(`labelling ${podName}`, core.patchNamespacedPod({ name: podName, namespace, body }, merge));
	};

	return {
		async readRecord() {
			const map = await readMap(recordName);
			const text = map?.data?.["record.json"];
			return {
				record: text === undefined ? null : parseRecord(text),
				version: map?.metadata?.resourceVersion ?? null,
			};
		},
		async saveRecord(record, version) {
			const body = {
				metadata: metadata(recordName, version),
				data: { "record.json": formatRecord(record) },
			};
			const call =
				version === null
					? core.createNamespacedConfigMap({ namespace, body })
					: core.replaceNamespacedConfigMap({ name: recordName, namespace, body });
			const saved = await bounded("saving the record", call);
			return { record, version: saved.metadata?.resourceVersion ?? null };
		},
		async readRequest() {
			const text = (await readMap(requestName))?.data?.["request.json"];
			if (text === undefined) return null;
			const parsed = requestSchema.safeParse(JSON.parse(text));
			return parsed.success ? parsed.data : null;
		},
		async readPause() {
			return parsePause((await readMap(pauseName))?.data?.[pauseKey]);
		},
		readDamage: async (podName) => parseDamage((await readMap(damageName))?.data, podName),
		async sayDamage(podName, damage) {
			const body = { data: { [podName]: formatDamage(damage) } };
			const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
			const patching = core.patchNamespacedConfigMap({ name: damageName, namespace, body }, merge);
			if ((await bounded("telling of damage", patching.catch(nullIfMissing))) !== null) return;
			const made = core.createNamespacedConfigMap({ namespace, body: { metadata: metadata(damageName), ...body } });
			await bounded("telling of damage", made);
		},
		async readPublished() {
			const slice = await readSlice();
			return slice?.endpoints?.[0]?.addresses[0] ?? null;
		},
		async publish(podName, address) {
			const body = endpointSlice(metadata(serviceName), podName, address, namespace);
			const there = await readSlice();
			const call =
				there === null
					? discovery.createNamespacedEndpointSlice({ namespace, body })
					: discovery.replaceNamespacedEndpointSlice({
							name: serviceName,
							namespace,
							body: { ...body, metadata: { ...body.metadata, resourceVersion: there.metadata?.resourceVersion ?? "" } },
						});
			await bounded("moving the endpoint", call);
		},
		label: (podName, role) => labelled(podName, "mysql-dr/role", role),
		markReads: (podName, serves) => labelled(podName, "mysql-dr/reads", String(serves)),
		lease: leaseStore({ config, namespace, name: leaseName, deadlineMs }),
	};
}

function endpointSlice(
	metadata: { name: string; namespace: string; labels: Record<string, string> },
	podName: string,
	address: string,
	namespace: string,
): V1EndpointSlice {
	return {
		metadata: {
			...metadata,
			labels: {
				...metadata.labels,
				"kubernetes.io/service-name": serviceName,
				"endpointslice.kubernetes.io/managed-by": "mysql-dr-watchdog",
			},
		},
		addressType: "IPv4",
		ports: [{ name: "mysql", port: 3306, protocol: "TCP" }],
		endpoints: [
			{
				addresses: [address],
				conditions: { ready: true, serving: true, terminating: false },
				targetRef: { kind: "Pod", name: podName, namespace },
			},
		],
	};
}

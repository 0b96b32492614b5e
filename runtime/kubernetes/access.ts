/** The namespace of one database on one cluster, and what commands do there. */
import type {
	KubeConfig,
	V1ConfigMap,
	V1CronJob,
	V1Job,
	V1Lease,
	V1Node,
	V1Pod,
	V1Secret,
	V1Service,
	V1StatefulSet,
} from "@kubernetes/client-node";
import { type Api, kubernetesApi, orNull, type Request } from "./api.ts";
import { type ClusterOptions, loadConfiguration } from "./configuration.ts";
import { type Ran, runInPod } from "./runInPod.ts";

/** Cluster and namespace, as the command line says them. */
export interface AccessOptions extends ClusterOptions {
	/** Default: mysql, or the pod's own where this runs in one. */
	readonly namespace?: string | undefined;
}

export interface SecretPatch {
	readonly annotations?: Readonly<Record<string, string>>;
	readonly data?: Readonly<Record<string, string>>;
}

/** Typed access to what one database has in its namespace. Every call has a deadline. */
export interface ClusterAccess {
	readonly config: KubeConfig;
	readonly namespace: string;
	readonly api: Api;
	configMap(name: string): Promise<V1ConfigMap | null>;
	/** Creates it, or replaces the one whose resourceVersion it carries. @throws ApiError 409 when somebody was quicker */
	writeConfigMap(map: V1ConfigMap): Promise<V1ConfigMap>;
	secret(name: string): Promise<V1Secret | null>;
	service(name: string): Promise<V1Service | null>;
	lease(name: string): Promise<V1Lease | null>;
	statefulSet(name: string): Promise<V1StatefulSet | null>;
	nodes(): Promise<readonly V1Node[]>;
	pod(name: string): Promise<V1Pod | null>;
	/** Pods by labels, `a=b,c=d`. */
	pods(selector: string): Promise<readonly V1Pod[]>;
	createPod(pod: V1Pod): Promise<V1Pod>;
	/** Gone or going; nothing happens where there is none. */
	deletePod(name: string, graceSeconds?: number): Promise<void>;
	cronJob(name: string): Promise<V1CronJob | null>;
	createJob(job: V1Job): Promise<V1Job>;
	job(name: string): Promise<V1Job | null>;
	/** Jobs by labels, `a=b,c=d`. */
	jobs(selector: string): Promise<readonly V1Job[]>;
	/** With its pods, and with their volumes; nothing happens where there is none. */
	deleteJob(name: string): Promise<void>;
	/** Changes some entries (in base64) or annotations of a Secret, and keeps the others. */
	patchSecret(name: string, patch: SecretPatch): Promise<void>;
	/** The newest lines of a container's log, with the time of each in front where that is asked for. */
	log(pod: string, container: string, lines: number, options?: { timestamps?: boolean }): Promise<readonly string[]>;
	/** GET from a pod's port through the API server. */
	fromPod(pod: string, port: number, path: string, deadlineMs?: number): Promise<string>;
	/** Runs a command in a container, as `kubectl exec` does. */
	run(
		pod: string,
		container: string,
		command: readonly string[],
		deadlineMs?: number,
		/** For its standard input, which is not ended after it. */
		input?: string,
	): Promise<Ran>;
}

const batch = "/apis/batch/v1";

/**
 * Access by the command line's options.
 * @throws UserError where no cluster is found
 */
export function clusterAccess(options: AccessOptions = {}, env: NodeJS.ProcessEnv = process.env): ClusterAccess {
	const config = loadConfiguration(options, env);
	return accessTo(config, options.namespace ?? env.POD_NAMESPACE ?? "mysql");
}

/** Access with a configuration that is there already. */
export function accessTo(config: KubeConfig, namespace: string): ClusterAccess {
	const api = kubernetesApi(config);
	const path = (resource: string, name = "", group = "/api/v1") =>
		`${group}/namespaces/${namespace}/${resource}${name && `/${encodeURIComponent(name)}`}`;
	const read = <T>(resource: string, name: string, group?: string) => orNull(api.json<T>(path(resource, name, group)));
	return {
		config,
		namespace,
		api,
		configMap: (name) => read<V1ConfigMap>("configmaps", name),
		writeConfigMap(map) {
			const exists = map.metadata?.resourceVersion !== undefined;
			const request: Request = { method: exists ? "PUT" : "POST", body: map };
			return api.json<V1ConfigMap>(path("configmaps", exists ? map.metadata?.name : ""), request);
		},
		secret: (name) => read<V1Secret>("secrets", name),
		service: (name) => read<V1Service>("services", name),
		lease: (name) => read<V1Lease>("leases", name, "/apis/coordination.k8s.io/v1"),
		statefulSet: (name) => read<V1StatefulSet>("statefulsets", name, "/apis/apps/v1"),
		nodes: async () => (await api.json<{ items: V1Node[] }>("/api/v1/nodes")).items,
		pod: (name) => read<V1Pod>("pods", name),
		pods: async (labelSelector) =>
			(await api.json<{ items: V1Pod[] }>(path("pods"), { query: { labelSelector } })).items,
		createPod: (body) => api.json<V1Pod>(path("pods"), { method: "POST", body }),
		async deletePod(name, graceSeconds = 5) {
			await orNull(api.text(path("pods", name), { method: "DELETE", query: { gracePeriodSeconds: graceSeconds } }));
		},
		cronJob: (name) => read<V1CronJob>("cronjobs", name, batch),
		createJob: (body) => api.json<V1Job>(path("jobs", "", batch), { method: "POST", body }),
		job: (name) => read<V1Job>("jobs", name, batch),
		jobs: async (labelSelector) =>
			(await api.json<{ items: V1Job[] }>(path("jobs", "", batch), { query: { labelSelector } })).items,
		async deleteJob(name) {
			const query = { propagationPolicy: "Background" };
			await orNull(api.text(path("jobs", name, batch), { method: "DELETE", query }));
		},
		async patchSecret(name, { annotations = {}, data = {} }) {
			await api.text(path("secrets", name), { method: "PATCH", body: { metadata: { annotations }, data } });
		},
		async log(pod, container, lines, { timestamps = false } = {}) {
			const query = { container, tailLines: lines, timestamps };
			const text = await api.text(`${path("pods", pod)}/log`, { query });
			return text.split("\n").filter((line) => line !== "");
		},
		fromPod: (pod, port, at, deadlineMs = 5000) =>
			api.text(`${path("pods")}/${pod}:${port}/proxy${at}`, { deadlineMs }),
		run: (pod, container, command, deadlineMs = 10_000, input) =>
			runInPod({ config, namespace, pod, container, command, deadlineMs, ...(input === undefined ? {} : { input }) }),
	};
}

/** kubectl, and the objects that the real-site tests put on the cluster. */
import { join } from "node:path";
import { execa } from "execa";
import { until } from "../../local/site/waiting.ts";

export interface Cluster {
	kubectl(...args: string[]): Promise<string>;
	apply(...objects: object[]): Promise<void>;
	/** Name of the ready pod of an app in a zone. */
	podIn(zone: string, app: string): Promise<string>;
	/** What a URL answers to a pod; "" if it does not within two seconds. */
	fetchFrom(pod: string, url: string): Promise<string>;
}

export function cluster(bin: string, kubeconfig: string): Cluster {
	const kubectl = async (...args: string[]) =>
		(await execa(join(bin, "kubectl"), args, { env: { KUBECONFIG: kubeconfig } })).stdout;
	return {
		kubectl,
		apply: async (...objects) => {
			const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
			await execa(join(bin, "kubectl"), ["apply", "-f", "-"], { env: { KUBECONFIG: kubeconfig }, input });
		},
		podIn: (zone, app) =>
			until(`a pod of ${app} in ${zone}`, 120, async () => {
				const selection = ["-l", `app=${app}`, "--field-selector", `spec.nodeName=${zone},status.phase=Running`];
				return kubectl("get", "pods", ...selection, "-o", "jsonpath={.items[0].metadata.name}");
			}),
		fetchFrom: async (pod, url) => {
			const script = `fetch(${JSON.stringify(url)},{signal:AbortSignal.timeout(2000)}).then(r=>r.text()).then(t=>process.stdout.write(t)).catch(()=>{})`;
			return kubectl("exec", pod, "--", "node", "-e", script);
		},
	};
}

/** A web server in every zone that answers with its zone, behind a Service `web`. */
export function webServers(image: string): object[] {
	const labels = { app: "web" };
	const script = `require("http").createServer((_, answer) => answer.end(process.env.ZONE)).listen(8080)`;
	const zone = { name: "ZONE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } };
	const container = { name: "web", image, command: ["node", "-e", script], env: [zone] };
	return [
		{
			apiVersion: "apps/v1",
			kind: "DaemonSet",
			metadata: { name: "web" },
			spec: {
				selector: { matchLabels: labels },
				template: {
					metadata: { labels },
					spec: {
						terminationGracePeriodSeconds: 1,
						containers: [{ ...container, readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 } }],
					},
				},
			},
		},
		{
			apiVersion: "v1",
			kind: "Service",
			metadata: { name: "web" },
			spec: { type: "NodePort", selector: labels, ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] },
		},
	];
}

/** A claim, from a snapshot if one is named. */
export function claim(name: string, size: string, snapshot?: string): object {
	const source = snapshot && {
		dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: snapshot },
	};
	return {
		apiVersion: "v1",
		kind: "PersistentVolumeClaim",
		metadata: { name },
		spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } }, ...source },
	};
}

export function snapshotOf(name: string, claimName: string): object {
	return {
		apiVersion: "snapshot.storage.k8s.io/v1",
		kind: "VolumeSnapshot",
		metadata: { name },
		spec: { source: { persistentVolumeClaimName: claimName } },
	};
}

/** A pod in a zone that has the claim at /data and waits. */
export function holder(name: string, image: string, zone: string): object {
	return {
		apiVersion: "v1",
		kind: "Pod",
		metadata: { name, labels: { app: name } },
		spec: {
			terminationGracePeriodSeconds: 1,
			nodeSelector: { "topology.kubernetes.io/zone": zone },
			securityContext: { fsGroup: 999 },
			containers: [
				{
					name: "holder",
					image,
					command: ["node", "-e", "setInterval(() => {}, 60000)"],
					volumeMounts: [{ name: "data", mountPath: "/data" }],
				},
			],
			volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }],
		},
	};
}

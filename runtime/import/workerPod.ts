/** The pod in which an import's worker runs: beside the operator's desk, which may go away, and without access to Kubernetes. */
import type { V1Pod } from "@kubernetes/client-node";
import { importName, requestKey, workerPaths } from "./request.ts";
import type { Operation } from "./worker.ts";

export interface WorkerPodFacts {
	readonly name: string;
	readonly namespace: string;
	/** The database's name. */
	readonly cluster: string;
	/** The runtime's image: it holds mysqldump and mysql. */
	readonly image: string;
	readonly tlsSecret: string;
	readonly operation: Operation;
}

export const workerContainer = "import";

/** Long enough to put a cutover back. */
const graceSeconds = 40;

export function workerPod(facts: WorkerPodFacts): V1Pod {
	const { name, namespace, cluster } = facts;
	const readable = 0o440;
	return {
		apiVersion: "v1",
		kind: "Pod",
		metadata: {
			name,
			namespace,
			labels: {
				"app.kubernetes.io/name": "mysql",
				"app.kubernetes.io/part-of": "mysql-dr",
				"app.kubernetes.io/component": "import",
				"mysql-dr/cluster": cluster,
			},
		},
		spec: {
			restartPolicy: "Never",
			terminationGracePeriodSeconds: graceSeconds,
			automountServiceAccountToken: false,
			enableServiceLinks: false,
			securityContext: {
				runAsNonRoot: true,
				runAsUser: 999,
				runAsGroup: 999,
				fsGroup: 999,
				seccompProfile: { type: "RuntimeDefault" },
			},
			containers: [
				{
					name: workerContainer,
					image: facts.image,
					args: ["import-worker", JSON.stringify(facts.operation)],
					securityContext: {
						allowPrivilegeEscalation: false,
						readOnlyRootFilesystem: true,
						capabilities: { drop: ["ALL"] },
					},
					resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
					volumeMounts: [
						{ name: "request", mountPath: workerPaths.request, subPath: requestKey, readOnly: true },
						{ name: "secrets", mountPath: workerPaths.secrets, readOnly: true },
						{ name: "tls", mountPath: "/etc/mysql-dr/tls", readOnly: true },
						{ name: "tmp", mountPath: "/tmp" },
					],
				},
			],
			volumes: [
				{ name: "request", configMap: { name: importName } },
				{ name: "secrets", secret: { secretName: importName, defaultMode: readable } },
				{
					name: "tls",
					secret: { secretName: facts.tlsSecret, defaultMode: readable, items: [{ key: "ca.crt", path: "ca.crt" }] },
				},
				// Option files with passwords: in memory.
				{ name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
			],
		},
	};
}

/** The pod that a drill's load comes from: sysbench as a real client, and the ledger as a witness. */
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { ledgerPaths } from "./ledgerOptions.ts";
import { sysbenchScript } from "./sysbench.ts";

export interface ClientPodFacts {
	readonly name: string;
	readonly namespace: string;
	/** The database's name. */
	readonly cluster: string;
	readonly clusterDomain: string;
	readonly instances: number;
	/** The runtime's image. */
	readonly image: string;
	readonly credentialsSecret: string;
	readonly tlsSecret: string;
	/** The pod ends by itself after this, should nobody be left to delete it. */
	readonly lifetimeSeconds: number;
}

export const ledgerContainer = "ledger";
export const sysbenchContainer = "sysbench";

export function clientPod(facts: ClientPodFacts): V1Pod {
	const { name, namespace, cluster } = facts;
	return {
		apiVersion: "v1",
		kind: "Pod",
		metadata: {
			name,
			namespace,
			labels: {
				"app.kubernetes.io/name": "mysql",
				"app.kubernetes.io/part-of": "mysql-dr",
				"app.kubernetes.io/component": "drill",
				"mysql-dr/cluster": cluster,
			},
		},
		spec: {
			restartPolicy: "Never",
			activeDeadlineSeconds: facts.lifetimeSeconds,
			terminationGracePeriodSeconds: 2,
			automountServiceAccountToken: false,
			enableServiceLinks: false,
			affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [awayFromPrimary(cluster)] } },
			securityContext: {
				runAsNonRoot: true,
				runAsUser: 999,
				runAsGroup: 999,
				fsGroup: 999,
				seccompProfile: { type: "RuntimeDefault" },
			},
			containers: [ledger(facts), sysbench(facts)],
			volumes: volumes(facts),
		},
	};
}

/** The client should outlive what happens to the primary's zone. */
function awayFromPrimary(cluster: string) {
	return {
		weight: 100,
		podAffinityTerm: {
			topologyKey: "topology.kubernetes.io/zone",
			labelSelector: { matchLabels: { "mysql-dr/cluster": cluster, "mysql-dr/role": "primary" } },
		},
	};
}

const confined = {
	allowPrivilegeEscalation: false,
	readOnlyRootFilesystem: true,
	capabilities: { drop: ["ALL"] },
};

const secrets = [
	{ name: "password", mountPath: "/etc/mysql-dr/drill", readOnly: true },
	{ name: "tls", mountPath: ledgerPaths.tls, readOnly: true },
];

function ledger(facts: ClientPodFacts): V1Container {
	return {
		name: ledgerContainer,
		image: facts.image,
		args: ["ledger"],
		env: [
			{ name: "LEDGER_DOMAIN", value: `${facts.namespace}.svc.${facts.clusterDomain}` },
			{ name: "LEDGER_INSTANCES", value: String(facts.instances) },
		],
		securityContext: confined,
		resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "384Mi" } },
		volumeMounts: [...secrets, { name: "ledger", mountPath: ledgerPaths.folder }],
	};
}

function sysbench(facts: ClientPodFacts): V1Container {
	return {
		name: sysbenchContainer,
		image: facts.image,
		command: ["sh", "-c", sysbenchScript(`mysql-primary.${facts.namespace}.svc.${facts.clusterDomain}`)],
		workingDir: "/work",
		securityContext: confined,
		resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { memory: "128Mi" } },
		volumeMounts: [...secrets, { name: "work", mountPath: "/work" }],
	};
}

function volumes({ credentialsSecret, tlsSecret }: ClientPodFacts) {
	const readable = 0o440;
	return [
		{
			name: "password",
			secret: { secretName: credentialsSecret, defaultMode: readable, items: [{ key: "drill", path: "password" }] },
		},
		{ name: "tls", secret: { secretName: tlsSecret, defaultMode: readable } },
		{ name: "ledger", emptyDir: { sizeLimit: "256Mi" } },
		{ name: "work", emptyDir: { sizeLimit: "16Mi" } },
	];
}

/**
 * MySQL as a careful stranger would declare it, with nothing of this project: every rule of the pack has nothing to say of it.
 * A case is this program with one thing changed, so that a rule which speaks of what it should not speak of is seen.
 */
import { object, type Resource } from "./program.ts";
import { classOf, optionsMount, optionsVolume, soundStorage } from "./soundStorage.ts";
import { restricted, restrictedPod, surroundings } from "./soundSurroundings.ts";

const app = { "app.kubernetes.io/name": "db", "app.kubernetes.io/instance": "shop" };

const promises = {
	"mysql-dr/rto": "15m",
	"mysql-dr/rpo": "5m",
	"mysql-dr/drill-restore": "0 9 1 * *",
	"mysql-dr/drill-failover": "0 9 1 */3 *",
	"mysql-dr/drill-region": "0 9 1 6 *",
	"mysql-dr/contacts": "+49 30 1234567, dba@company.com",
};

/** @param namespace cases of one preview live in namespaces of their own */
export function soundProgram(namespace: string): Resource[] {
	const metadata = (name: string, more: object = {}) => ({ name, namespace, labels: app, ...more });
	const server = {
		...object("apps/v1", "StatefulSet", {
			metadata: metadata("db", { annotations: promises }),
			spec: {
				replicas: 3,
				serviceName: "db",
				selector: { matchLabels: app },
				template: { metadata: { labels: app }, spec: pod() },
				volumeClaimTemplates: [claim(namespace)],
			},
		}),
		protect: true,
		ignoreChanges: ["spec.volumeClaimTemplates"],
	};
	return [
		server,
		object("policy/v1", "PodDisruptionBudget", {
			metadata: metadata("db"),
			spec: { maxUnavailable: 1, selector: { matchLabels: app } },
		}),
		...soundStorage(namespace, metadata, app),
		...surroundings(namespace, app),
	];
}

function pod() {
	const zone = { topologyKey: "topology.kubernetes.io/zone", labelSelector: { matchLabels: app } };
	return {
		terminationGracePeriodSeconds: 120,
		affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [zone] } },
		securityContext: restrictedPod,
		containers: [
			{
				name: "mysql",
				securityContext: restricted,
				image: "mysql:8.4.7",
				ports: [{ name: "mysql", containerPort: 3306 }],
				resources: { requests: { cpu: "2", memory: "4Gi" }, limits: { cpu: "2", memory: "4Gi" } },
				readinessProbe: query,
				livenessProbe: { ...query, periodSeconds: 10, failureThreshold: 12 },
				volumeMounts: [{ name: "data", mountPath: "/var/lib/mysql" }, optionsMount],
			},
		],
		volumes: [optionsVolume],
	};
}

const query = { exec: { command: ["mysql", "--defaults-file=/etc/probe/probe.cnf", "-NBe", "SELECT 1"] } };

function claim(namespace: string) {
	return {
		metadata: { name: "data" },
		spec: {
			accessModes: ["ReadWriteOnce"],
			storageClassName: classOf(namespace),
			resources: { requests: { storage: "10Gi" } },
		},
	};
}

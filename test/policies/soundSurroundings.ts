/** What is around the sound program's database: who fails it over, and who may connect to it. */
import { object, type Resource } from "./program.ts";

export const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
export const restrictedPod = { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: "RuntimeDefault" } };

/** As production asks for. */
export const pinned = (image: string): string => `${image}@sha256:${"0".repeat(64)}`;

const labels = { "app.kubernetes.io/name": "watchdog", "app.kubernetes.io/component": "watchdog" };
const zone = { topologyKey: "topology.kubernetes.io/zone", labelSelector: { matchLabels: labels } };

/** @param database labels of its pods */
export function surroundings(namespace: string, database: object): Resource[] {
	const metadata = { name: "watchdog", namespace, labels };
	const [kind, name] = ["ServiceAccount", "watchdog"];
	return [
		object("networking.k8s.io/v1", "NetworkPolicy", {
			metadata: { name: "db", namespace },
			spec: {
				podSelector: { matchLabels: database },
				policyTypes: ["Ingress"],
				ingress: [{ ports: [{ protocol: "TCP", port: 3306 }] }],
			},
		}),
		object("apps/v1", "Deployment", {
			metadata,
			spec: {
				replicas: 2,
				selector: { matchLabels: labels },
				template: { metadata: { labels }, spec: pod() },
			},
		}),
		object("rbac.authorization.k8s.io/v1", "Role", {
			metadata,
			rules: [
				{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
				{ apiGroups: [""], resources: ["services"], resourceNames: ["db-primary"], verbs: ["get", "patch"] },
			],
		}),
		object("rbac.authorization.k8s.io/v1", "RoleBinding", {
			metadata,
			subjects: [{ kind, name, namespace }],
			roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
		}),
	];
}

function pod() {
	return {
		serviceAccountName: "watchdog",
		securityContext: restrictedPod,
		affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [zone] } },
		containers: [{ name: "orchestrator", image: pinned("company/mysql-watchdog:3"), securityContext: restricted }],
	};
}

import type { Setting } from "../row.ts";

const pod = "spec.template.spec";
const zone = "topology.kubernetes.io/zone";
const antiAffinity = `${pod}.affinity.podAntiAffinity`;
const required = `${antiAffinity}.requiredDuringSchedulingIgnoredDuringExecution`;
const preferred = `${antiAffinity}.preferredDuringSchedulingIgnoredDuringExecution`;
const server = `${pod}.containers[0]`;
const prepare = `${pod}.initContainers[0]`;

const set = (title: string, rule: string, changes: Readonly<Record<string, unknown>>): Setting => ({
	title,
	declared: { StatefulSet: changes },
	rule,
});
const budget = (title: string, spec: Readonly<Record<string, unknown>>): Setting => ({
	title,
	declared: { PodDisruptionBudget: spec },
	rule: "disruption-budget",
});

/** Family "topology": of the StatefulSet of the database, and of its disruption budget. */
export const topologyRows: readonly Setting[] = [
	set("no anti-affinity", "zone-anti-affinity", { [`${pod}.affinity`]: undefined }),
	set("a preference for other zones", "zone-anti-affinity", {
		[required]: undefined,
		[preferred]: [{ weight: 100, podAffinityTerm: { topologyKey: zone, labelSelector: {} } }],
	}),
	set("other nodes are enough", "zone-anti-affinity", { [`${required}[0].topologyKey`]: "kubernetes.io/hostname" }),
	set("away from somebody else", "zone-anti-affinity", {
		[`${required}[0].labelSelector`]: { matchLabels: { app: "web" } },
	}),
	set("the label that no node has", "current-zone-label", {
		[preferred]: [
			{
				weight: 1,
				podAffinityTerm: { topologyKey: "failure-domain.beta.kubernetes.io/zone", labelSelector: {} },
			},
		],
	}),
	set("one zone alone", "three-zones", { [`${pod}.nodeSelector`]: { [zone]: "eu-central-1a" } }),
	set("two zones alone", "three-zones", {
		[`${pod}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`]: [
			{ matchExpressions: [{ key: zone, operator: "In", values: ["eu-central-1a", "eu-central-1b"] }] },
		],
	}),
	set("two instances", "three-instances", { "spec.replicas": 2 }),
	{ ...set("no number of instances", "three-instances", { "spec.replicas": undefined }), apart: true },
	budget("a drain takes two instances", { "spec.maxUnavailable": 2 }),
	budget("no node can be drained", { "spec.maxUnavailable": 0 }),
	budget("a budget for somebody else", { "spec.selector.matchLabels": { app: "web" } }),
	set("less requested than allowed", "guaranteed-qos", { [`${server}.resources.requests.memory`]: "1Gi" }),
	set("no limit of CPU", "guaranteed-qos", { [`${server}.resources.limits`]: { memory: "16Gi" } }),
	set("an init container without limits", "guaranteed-qos", { [`${prepare}.resources`]: undefined }),
	set("an open port is enough to be ready", "probes-query", {
		[`${server}.readinessProbe`]: { tcpSocket: { port: 3306 } },
	}),
	set("ready without being asked", "probes-query", { [`${server}.readinessProbe`]: undefined }),
	set("alive as far as mysqladmin knows", "probes-query", {
		[`${server}.livenessProbe.exec.command`]: ["mysqladmin", "ping"],
	}),
	set("killed after 10 seconds", "grace-period", { [`${pod}.terminationGracePeriodSeconds`]: 10 }),
	set("killed after what Kubernetes takes for enough", "grace-period", {
		[`${pod}.terminationGracePeriodSeconds`]: undefined,
	}),
];

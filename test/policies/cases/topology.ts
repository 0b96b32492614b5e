import { notKnownYet, object } from "../program.ts";
import { restricted, restrictedPod } from "../soundSurroundings.ts";
import type { CaseTable } from "./case.ts";

const pod = "spec.template.spec";
const zone = "topology.kubernetes.io/zone";
const antiAffinity = `${pod}.affinity.podAntiAffinity`;
const required = `${antiAffinity}.requiredDuringSchedulingIgnoredDuringExecution`;
const preferred = `${antiAffinity}.preferredDuringSchedulingIgnoredDuringExecution`;
const own = { matchLabels: { "app.kubernetes.io/instance": "shop" } };
const standard = { 'metadata.annotations["mysql-dr/tier"]': "standard" };
const server = `${pod}.containers[0]`;
const query = { exec: { command: ["mysql", "-NBe", "SELECT 1"] } };

export const topologyCases: CaseTable = {
	"zone-anti-affinity": {
		refuses: [
			{
				title: "a preference",
				change: {
					StatefulSet: {
						[required]: undefined,
						[preferred]: [{ weight: 100, podAffinityTerm: { topologyKey: zone, labelSelector: own } }],
					},
				},
				says: [`StatefulSet db: ${preferred} is [{`],
			},
			{
				title: "none at all",
				change: { StatefulSet: { [`${pod}.affinity`]: undefined } },
				says: [`StatefulSet db: ${required} is not set`],
			},
			{
				title: "nodes apart, but not zones",
				change: { StatefulSet: { [`${required}[0].topologyKey`]: "kubernetes.io/hostname" } },
				says: [`StatefulSet db: ${required} is [{`],
			},
			{
				title: "apart from other pods than its own",
				change: { StatefulSet: { [`${required}[0].labelSelector`]: { matchLabels: { app: "other" } } } },
				says: [`StatefulSet db: ${required} is [{`],
			},
			{
				title: "a spread that two zones satisfy",
				change: {
					StatefulSet: {
						[required]: undefined,
						[`${pod}.topologySpreadConstraints`]: [
							{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: "DoNotSchedule", labelSelector: own },
						],
					},
				},
				says: [`StatefulSet db: ${required} is not set`],
			},
		],
		accepts: [
			{ title: "required anti-affinity" },
			{
				title: "a selector by expression",
				change: {
					StatefulSet: {
						[`${required}[0].labelSelector`]: {
							matchExpressions: [{ key: "app.kubernetes.io/instance", operator: "In", values: ["shop"] }],
						},
					},
				},
			},
			{
				title: "a strict spread over three zones",
				change: {
					StatefulSet: {
						[required]: undefined,
						[`${pod}.topologySpreadConstraints`]: [
							{ maxSkew: 1, minDomains: 3, topologyKey: zone, whenUnsatisfiable: "DoNotSchedule", labelSelector: own },
						],
					},
				},
			},
			{
				title: "a preference of a standard database",
				change: {
					StatefulSet: {
						...standard,
						[required]: undefined,
						[preferred]: [{ weight: 100, podAffinityTerm: { topologyKey: zone, labelSelector: own } }],
					},
				},
			},
			{
				title: "a Deployment beside it that is no server",
				more: (namespace) => [
					object("apps/v1", "Deployment", {
						metadata: { name: "exporter", namespace },
						spec: {
							selector: { matchLabels: { app: "exporter" } },
							template: {
								metadata: { labels: { app: "exporter" } },
								spec: {
									securityContext: restrictedPod,
									containers: [
										{ name: "exporter", image: "prom/mysqld-exporter:v0.18.0", securityContext: restricted },
									],
								},
							},
						},
					}),
				],
			},
		],
	},
	"current-zone-label": {
		refuses: [
			{
				title: "the written plan's preference",
				change: {
					StatefulSet: {
						[preferred]: [
							{
								weight: 100,
								podAffinityTerm: { topologyKey: "failure-domain.beta.kubernetes.io/zone", labelSelector: own },
							},
						],
					},
				},
				says: [
					`StatefulSet db: ${preferred}[0].podAffinityTerm.topologyKey is "failure-domain.beta.kubernetes.io/zone"`,
				],
			},
			{
				title: "a node selector",
				change: { StatefulSet: { [`${pod}.nodeSelector`]: { "failure-domain.beta.kubernetes.io/region": "eu" } } },
				says: [`StatefulSet db: ${pod}.nodeSelector is "failure-domain.beta.kubernetes.io/region"`],
			},
			{
				title: "a volume",
				more: (namespace) => [
					object("v1", "PersistentVolume", {
						metadata: { name: `${namespace}-old` },
						spec: {
							capacity: { storage: "10Gi" },
							accessModes: ["ReadWriteOnce"],
							persistentVolumeReclaimPolicy: "Retain",
							csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" },
							nodeAffinity: {
								required: {
									nodeSelectorTerms: [
										{
											matchExpressions: [
												{ key: "failure-domain.beta.kubernetes.io/zone", operator: "In", values: ["a"] },
											],
										},
									],
								},
							},
						},
					}),
				],
				says: [
					'PersistentVolume old: spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key is "failure-domain.beta.kubernetes.io/zone"',
				],
			},
		],
		accepts: [{ title: "the current label" }],
	},
	"three-zones": {
		refuses: [
			{
				title: "one zone selected",
				change: { StatefulSet: { [`${pod}.nodeSelector`]: { [zone]: "eu-central-1a" } } },
				says: [`StatefulSet db: ${pod}.nodeSelector["${zone}"] is "eu-central-1a"`],
			},
			{
				title: "two zones required",
				change: { StatefulSet: { [`${pod}.affinity.nodeAffinity`]: nodesIn(["a", "b"]) } },
				says: [
					`StatefulSet db: ${pod}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms is ["a","b"]`,
				],
			},
		],
		accepts: [
			{
				title: "three zones required",
				change: { StatefulSet: { [`${pod}.affinity.nodeAffinity`]: nodesIn(["a", "b", "c"]) } },
			},
			{
				title: "two zones of a standard database",
				change: { StatefulSet: { ...standard, [`${pod}.affinity.nodeAffinity`]: nodesIn(["a", "b"]) } },
			},
			{
				title: "two zones, where that is configured",
				change: { StatefulSet: { [`${pod}.affinity.nodeAffinity`]: nodesIn(["a", "b"]) } },
				config: { leastZones: 2 },
			},
		],
	},
	"three-instances": {
		refuses: [
			{
				title: "the written plan's single pod",
				change: { StatefulSet: { "spec.replicas": 1 } },
				says: ["StatefulSet db: spec.replicas is 1"],
			},
			{
				title: "no number, which is one",
				change: { StatefulSet: { "spec.replicas": undefined } },
				says: ["StatefulSet db: spec.replicas is not set"],
			},
			{
				title: "two",
				change: { StatefulSet: { "spec.replicas": 2 } },
				says: ["StatefulSet db: spec.replicas is 2"],
			},
			{
				title: "a number that is not known yet",
				change: { StatefulSet: { "spec.replicas": notKnownYet } },
				open: ["StatefulSet db: spec.replicas is not known before it is deployed"],
			},
		],
		accepts: [{ title: "five", change: { StatefulSet: { "spec.replicas": 5 } } }],
	},
	"disruption-budget": {
		refuses: [
			{
				title: "none",
				change: { PodDisruptionBudget: null },
				says: ["StatefulSet db: PodDisruptionBudget is not set"],
			},
			{
				title: "one for other pods",
				change: { PodDisruptionBudget: { "spec.selector.matchLabels": { app: "other" } } },
				says: ["StatefulSet db: PodDisruptionBudget is not set"],
			},
			{
				title: "two may go at once",
				change: { PodDisruptionBudget: { "spec.maxUnavailable": 2 } },
				says: ["PodDisruptionBudget db: spec.maxUnavailable is 2"],
			},
			{
				title: "none may go",
				change: { PodDisruptionBudget: { "spec.maxUnavailable": undefined, "spec.minAvailable": "100%" } },
				says: ['PodDisruptionBudget db: spec.minAvailable is "100%"'],
			},
		],
		accepts: [
			{
				title: "two must stay",
				change: { PodDisruptionBudget: { "spec.maxUnavailable": undefined, "spec.minAvailable": 2 } },
			},
			{ title: "a third", change: { PodDisruptionBudget: { "spec.maxUnavailable": "33%" } } },
		],
	},
	"guaranteed-qos": {
		refuses: [
			{
				title: "less requested than allowed",
				change: { StatefulSet: { [`${server}.resources.requests.memory`]: "1Gi" } },
				says: [`StatefulSet db: ${server}.resources.requests.memory is "1Gi"`],
			},
			{
				title: "nothing",
				change: { StatefulSet: { [`${server}.resources`]: undefined } },
				says: [
					`StatefulSet db: ${server}.resources.limits.cpu is not set`,
					`StatefulSet db: ${server}.resources.limits.memory is not set`,
				],
			},
			{
				title: "an init container without",
				change: {
					StatefulSet: {
						[`${pod}.initContainers`]: [{ name: "wait", image: "busybox:1.37", securityContext: restricted }],
					},
				},
				says: [
					`StatefulSet db: ${pod}.initContainers[0].resources.limits.cpu is not set`,
					`StatefulSet db: ${pod}.initContainers[0].resources.limits.memory is not set`,
				],
			},
		],
		accepts: [
			{
				title: "the same amount written otherwise",
				change: { StatefulSet: { [`${server}.resources.requests`]: { cpu: "2000m", memory: "4096Mi" } } },
			},
			{
				title: "limits alone",
				change: { StatefulSet: { [`${server}.resources.requests`]: undefined } },
			},
		],
	},
	"probes-query": {
		refuses: [
			{
				title: "an open port",
				change: { StatefulSet: { [`${server}.readinessProbe`]: { tcpSocket: { port: 3306 } } } },
				says: [`StatefulSet db: ${server}.readinessProbe.tcpSocket is {"port":3306}`],
			},
			{
				title: "mysqladmin ping, whose password is not shown",
				change: {
					StatefulSet: {
						[`${server}.livenessProbe`]: { exec: { command: ["sh", "-c", "mysqladmin ping -uroot -pverysecret"] } },
					},
				},
				says: [`StatefulSet db: ${server}.livenessProbe.exec.command is "mysqladmin"`],
				also: ["no-plain-secrets"],
			},
			{
				title: "no readiness probe",
				change: { StatefulSet: { [`${server}.readinessProbe`]: undefined } },
				says: [`StatefulSet db: ${server}.readinessProbe is not set`],
			},
			{
				title: "nothing that is asked",
				change: {
					StatefulSet: {
						[`${server}.readinessProbe`]: { exec: { command: ["true"] } },
						[`${server}.livenessProbe`]: { exec: { command: ["sh", "-c", "pgrep mysqld"] } },
					},
				},
				says: [
					`StatefulSet db: ${server}.readinessProbe.exec.command is "true"`,
					`StatefulSet db: ${server}.livenessProbe.exec.command is "pgrep"`,
				],
			},
			{
				title: "a sidecar, and a script that is not in the program",
				change: {
					StatefulSet: {
						[`${server}.readinessProbe`]: { httpGet: { path: "/ready", port: 8080 } },
						[`${server}.livenessProbe`]: { exec: { command: ["sh", "/scripts/alive.sh"] } },
					},
				},
				open: [
					`StatefulSet db: ${server}.readinessProbe.httpGet is there, and what answers there is not in the program`,
					`StatefulSet db: ${server}.livenessProbe.exec.command is there, and what it runs is not in the program`,
				],
			},
		],
		accepts: [
			{ title: "a query at the start as well", change: { StatefulSet: { [`${server}.startupProbe`]: query } } },
			{
				title: "the official image's own check, with what it asks",
				change: {
					StatefulSet: {
						[`${server}.startupProbe`]: { exec: { command: ["healthcheck.sh", "--connect", "--innodb_initialized"] } },
					},
				},
			},
			{ title: "no liveness probe", change: { StatefulSet: { [`${server}.livenessProbe`]: undefined } } },
		],
	},
	"grace-period": {
		refuses: [
			{
				title: "Kubernetes' own",
				change: { StatefulSet: { [`${pod}.terminationGracePeriodSeconds`]: undefined } },
				says: [`StatefulSet db: ${pod}.terminationGracePeriodSeconds is not set`],
			},
			{
				title: "10 s",
				change: { StatefulSet: { [`${pod}.terminationGracePeriodSeconds`]: 10 } },
				says: [`StatefulSet db: ${pod}.terminationGracePeriodSeconds is 10`],
			},
			{
				title: "less than is configured",
				config: { leastSeconds: 300 },
				says: [`StatefulSet db: ${pod}.terminationGracePeriodSeconds is 120`],
			},
		],
		accepts: [{ title: "a minute", change: { StatefulSet: { [`${pod}.terminationGracePeriodSeconds`]: 60 } } }],
	},
};

function nodesIn(values: readonly string[]) {
	return {
		requiredDuringSchedulingIgnoredDuringExecution: {
			nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: "In", values }] }],
		},
	};
}

import { notKnownYet, object } from "../program.ts";
import { pinned, restricted, restrictedPod } from "../soundSurroundings.ts";
import type { CaseTable } from "./case.ts";

const pod = "spec.template.spec";
const required = `${pod}.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution`;
const contacts = 'metadata.annotations["mysql-dr/contacts"]';
const drill = (of: string) => `metadata.annotations["mysql-dr/drill-${of}"]`;
const image = `${pod}.containers[0].image`;
const inProduction = { stacks: ["test"] };

export const operationsCases: CaseTable = {
	"watchdogs-apart": {
		refuses: [
			{
				title: "one alone",
				change: { "Deployment watchdog": { "spec.replicas": 1 } },
				says: ["Deployment watchdog: spec.replicas is 1"],
			},
			{
				title: "two in one zone",
				change: { "Deployment watchdog": { [`${pod}.affinity`]: undefined } },
				says: [`Deployment watchdog: ${required} is not set`],
			},
			{
				title: "none at all",
				change: { "Deployment watchdog": null, Role: null, RoleBinding: null },
				says: ['StatefulSet db: metadata.annotations["mysql-dr/failover"] is not set'],
			},
			{
				title: "fewer than are configured",
				rulesAlone: true,
				config: { least: 3 },
				says: ["Deployment watchdog: spec.replicas is 2"],
			},
			{
				title: "a number that is not known yet",
				change: { "Deployment watchdog": { "spec.replicas": notKnownYet } },
				open: ["Deployment watchdog: spec.replicas is not known before it is deployed"],
			},
		],
		accepts: [
			{
				title: "none, where it is said what else fails over",
				change: {
					"Deployment watchdog": null,
					Role: null,
					RoleBinding: null,
					StatefulSet: { 'metadata.annotations["mysql-dr/failover"]': "group replication" },
				},
			},
			{
				title: "a spread over zones",
				change: {
					"Deployment watchdog": {
						[`${pod}.affinity`]: undefined,
						[`${pod}.topologySpreadConstraints`]: [
							{
								maxSkew: 1,
								topologyKey: "topology.kubernetes.io/zone",
								whenUnsatisfiable: "DoNotSchedule",
								labelSelector: { matchLabels: { "app.kubernetes.io/component": "watchdog" } },
							},
						],
					},
				},
			},
		],
	},
	monitored: {
		refuses: [
			{
				title: "the written plan's monitor, which finds nothing, and no rule",
				more: (namespace: string) => [monitor(namespace)],
				says: ["ServiceMonitor mysql: spec.selector is {", "StatefulSet db: PrometheusRule is not set"],
			},
			{
				title: "a port that there is not",
				rulesAlone: true,
				more: (namespace: string) => [monitor(namespace), rule(namespace), service(namespace, "mysql")],
				says: ['ServiceMonitor mysql: spec.endpoints is "metrics"'],
			},
			{
				title: "another application's monitor, Service and rule",
				more: (namespace: string) => ofAnother(namespace, "web"),
				says: ["StatefulSet db: ServiceMonitor is not set", "StatefulSet db: PrometheusRule is not set"],
			},
			{
				title: "nothing, where it is expected",
				rulesAlone: true,
				config: { expected: true },
				says: ["StatefulSet db: ServiceMonitor is not set", "StatefulSet db: PrometheusRule is not set"],
			},
		].map(alone),
		accepts: [
			{
				title: "monitor and rule",
				more: (namespace: string) => [
					...[monitor(namespace), rule(namespace), service(namespace, "metrics")],
					// One of another application that looks into every namespace is none of the database's.
					...ofAnother(`${namespace}-web`, "web", { any: true }),
				],
			},
			{
				title: "an exporter beside it",
				rulesAlone: true,
				more: (namespace: string) => [monitor(namespace), rule(namespace), ...exporter(namespace)],
			},
		].map(alone),
	},
	"drill-calendar": {
		refuses: [
			{
				title: "none",
				change: { StatefulSet: { [drill("restore")]: undefined, [drill("failover")]: undefined } },
				says: [`StatefulSet db: ${drill("restore")} is not set`, `StatefulSet db: ${drill("failover")} is not set`],
			},
			{
				title: "a restore a year",
				change: { StatefulSet: { [drill("restore")]: "0 9 1 1 *" } },
				says: [`StatefulSet db: ${drill("restore")} is "0 9 1 1 *"`],
			},
			{
				title: "a line that is none",
				change: { StatefulSet: { [drill("region")]: "yearly" } },
				says: [`StatefulSet db: ${drill("region")} is "yearly"`],
			},
		],
		accepts: [{ title: "every week", change: { StatefulSet: { [drill("failover")]: "0 9 * * 1" } } }],
	},
	"contacts-reachable": {
		refuses: [
			{
				title: "nobody",
				change: { StatefulSet: { [contacts]: undefined } },
				says: [`StatefulSet db: ${contacts} is not set`],
			},
			{
				title: "names without numbers",
				change: { StatefulSet: { [contacts]: "John, Jane" } },
				says: [`StatefulSet db: ${contacts} is "John, Jane"`],
			},
			{
				title: "one alone",
				change: { StatefulSet: { [contacts]: "dba@company.com" } },
				says: [`StatefulSet db: ${contacts} is "dba@company.com"`],
			},
		],
		accepts: [{ title: "two numbers", change: { StatefulSet: { [contacts]: "+1-555-0101, +1-555-0102" } } }],
	},
	"pinned-images": {
		refuses: [
			{
				title: "a tag in production",
				config: inProduction,
				says: [`StatefulSet db: ${image} is "mysql:8.4.7"`],
			},
		],
		accepts: [
			{
				title: "a digest in production",
				change: { StatefulSet: { [image]: pinned("mysql:8.4.7") } },
				config: inProduction,
				apart: true,
			},
			{ title: "a tag elsewhere" },
		],
	},
};

/** In a preview of its own: a monitor there asks for others of every database. */
function alone<One extends object>(one: One) {
	return { apart: true, ...one };
}

const app = { app: "mysql" };
const database = { "app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": "db" };

/** Monitor, Service and rule of something that is no MySQL. */
function ofAnother(namespace: string, name: string, namespaceSelector: object = {}) {
	const labels = { app: name };
	return [
		object("monitoring.coreos.com/v1", "ServiceMonitor", {
			metadata: { name, namespace },
			spec: { selector: { matchLabels: labels }, namespaceSelector, endpoints: [{ port: "http" }] },
		}),
		object("monitoring.coreos.com/v1", "PrometheusRule", {
			metadata: { name, namespace },
			spec: { groups: [{ name, rules: [{ alert: "WebDown", expr: "up == 0" }] }] },
		}),
		object("v1", "Service", {
			metadata: { name, namespace, labels },
			spec: { selector: labels, ports: [{ name: "http", port: 80 }] },
		}),
	];
}

function exporter(namespace: string) {
	const labels = { app: "exporter" };
	const container = {
		name: "exporter",
		image: pinned("prom/mysqld-exporter:1"),
		ports: [{ name: "metrics", containerPort: 9104 }],
		securityContext: restricted,
	};
	return [
		object("apps/v1", "Deployment", {
			metadata: { name: "exporter", namespace },
			spec: {
				selector: { matchLabels: labels },
				template: { metadata: { labels }, spec: { containers: [container], securityContext: restrictedPod } },
			},
		}),
		object("v1", "Service", {
			metadata: { name: "exporter", namespace, labels: app },
			spec: { selector: labels, ports: [{ name: "metrics", port: 9104 }] },
		}),
	];
}

function monitor(namespace: string) {
	return object("monitoring.coreos.com/v1", "ServiceMonitor", {
		metadata: { name: "mysql", namespace },
		spec: { selector: { matchLabels: app }, endpoints: [{ port: "metrics", interval: "30s" }] },
	});
}

function rule(namespace: string) {
	return object("monitoring.coreos.com/v1", "PrometheusRule", {
		metadata: { name: "mysql", namespace },
		spec: { groups: [{ name: "mysql", rules: [{ alert: "MysqlDown", expr: "mysql_up == 0", for: "1m" }] }] },
	});
}

function service(namespace: string, port: string) {
	return object("v1", "Service", {
		metadata: { name: "mysql", namespace, labels: app },
		spec: { selector: database, ports: [{ name: port, port: 9104 }] },
	});
}

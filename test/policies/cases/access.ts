import { object } from "../program.ts";
import type { Case, CaseTable } from "./case.ts";

const pod = "spec.template.spec";
const server = `${pod}.containers[0]`;
const anyName = 'metadata.annotations["mysql-dr/any-name"]';

export const accessCases: CaseTable = {
	"restricted-pods": {
		refuses: [
			{
				title: "nothing said",
				change: { StatefulSet: { [`${pod}.securityContext`]: undefined, [`${server}.securityContext`]: undefined } },
				says: [
					`StatefulSet db: ${server}.securityContext.allowPrivilegeEscalation is not set`,
					`StatefulSet db: ${server}.securityContext.capabilities.drop is not set`,
					`StatefulSet db: ${server}.securityContext.runAsNonRoot is not set`,
					`StatefulSet db: ${server}.securityContext.seccompProfile.type is not set`,
				],
			},
			{
				title: "what is the node's own",
				change: {
					StatefulSet: {
						[`${pod}.hostNetwork`]: true,
						[`${pod}.volumes[1]`]: { name: "host", hostPath: { path: "/var/lib/mysql" } },
						[`${server}.securityContext.privileged`]: true,
						[`${server}.securityContext.capabilities.add`]: ["SYS_ADMIN"],
					},
				},
				says: [
					`StatefulSet db: ${pod}.hostNetwork is true`,
					`StatefulSet db: ${pod}.volumes[1].hostPath is "/var/lib/mysql"`,
					`StatefulSet db: ${server}.securityContext.privileged is true`,
					`StatefulSet db: ${server}.securityContext.capabilities.add is ["SYS_ADMIN"]`,
				],
			},
			{
				title: "what else is the node's own",
				change: {
					StatefulSet: {
						[`${pod}.securityContext.sysctls`]: [{ name: "kernel.msgmax", value: "65536" }],
						[`${pod}.volumes[1]`]: { name: "disk", iscsi: { targetPortal: "10.0.0.1", iqn: "iqn.2026-11.db", lun: 0 } },
						[`${server}.ports[0].hostPort`]: 3306,
						[`${server}.securityContext.runAsUser`]: 0,
						[`${server}.securityContext.procMount`]: "Unmasked",
						[`${server}.securityContext.seLinuxOptions`]: { type: "spc_t" },
					},
				},
				says: [
					`StatefulSet db: ${pod}.securityContext.sysctls[0] is "kernel.msgmax"`,
					`StatefulSet db: ${pod}.volumes[1].iscsi is "iscsi"`,
					`StatefulSet db: ${server}.ports[0].hostPort is 3306`,
					`StatefulSet db: ${server}.securityContext.runAsUser is 0`,
					`StatefulSet db: ${server}.securityContext.procMount is "Unmasked"`,
					`StatefulSet db: ${server}.securityContext.seLinuxOptions is {"type":"spc_t"}`,
				],
			},
			{
				title: "a job that checks tables, as root",
				more: (namespace) => [check(namespace, { runAsNonRoot: false })],
				says: [
					"CronJob check: spec.jobTemplate.spec.template.spec.containers[0].securityContext.runAsNonRoot is false",
				],
			},
		],
		accepts: [
			{
				title: "the container's own word",
				change: {
					StatefulSet: {
						[`${pod}.securityContext`]: undefined,
						[`${server}.securityContext.runAsNonRoot`]: true,
						[`${server}.securityContext.seccompProfile`]: { type: "Localhost", localhostProfile: "mysql.json" },
					},
				},
			},
			{
				title: "a job that checks tables, restricted",
				more: (namespace) => [check(namespace, { runAsNonRoot: true })],
			},
			{ title: "an application that is none of MySQL", more: (namespace) => [application(namespace)] },
		],
	},
	"network-policy": {
		refuses: [
			{ title: "none", change: { NetworkPolicy: null }, says: ["StatefulSet db: NetworkPolicy is not set"] },
			{
				title: "one for other pods",
				change: { NetworkPolicy: { "spec.podSelector": { matchLabels: { app: "other" } } } },
				says: ["StatefulSet db: NetworkPolicy is not set"],
			},
			{
				title: "one of what goes out alone",
				change: { NetworkPolicy: { "spec.policyTypes": ["Egress"] } },
				says: ["StatefulSet db: NetworkPolicy is not set"],
			},
			{
				title: "one that lets in everything",
				change: { NetworkPolicy: { "spec.ingress": [{}] } },
				says: ["StatefulSet db: NetworkPolicy db: spec.ingress is [{}]"],
			},
			{
				title: "one that lets in every address",
				change: { NetworkPolicy: { "spec.ingress": [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] } },
				says: ["StatefulSet db: NetworkPolicy db: spec.ingress is [{"],
			},
			{
				title: "one that lets in every pod, on every port of a protocol",
				change: {
					NetworkPolicy: { "spec.ingress": [{ ports: [{ protocol: "TCP" }], from: [{ namespaceSelector: {} }] }] },
				},
				says: ["StatefulSet db: NetworkPolicy db: spec.ingress is [{"],
			},
		],
		accepts: [
			{ title: "one for all pods of the namespace", change: { NetworkPolicy: { "spec.podSelector": {} } } },
			{ title: "one that lets in nobody", change: { NetworkPolicy: { "spec.ingress": undefined } } },
			{
				title: "one that lets in the pods of its namespace, and some of another",
				change: {
					NetworkPolicy: {
						"spec.ingress": [
							{
								from: [
									{ podSelector: {} },
									{ namespaceSelector: {}, podSelector: { matchLabels: { app: "shop" } } },
									{ ipBlock: { cidr: "10.0.0.0/8" } },
								],
							},
						],
					},
				},
			},
		],
	},
	"no-wildcard-rights": {
		refuses: [
			{
				title: "every verb",
				change: { Role: { "rules[1].verbs": ["*"] } },
				says: ['Role watchdog: rules[1].verbs is ["*"]'],
			},
			{
				title: "everything",
				change: { Role: { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] } },
				says: [
					'Role watchdog: rules[0].verbs is ["*"]',
					'Role watchdog: rules[0].resources is ["*"]',
					'Role watchdog: rules[0].apiGroups is ["*"]',
				],
			},
			{
				title: "cluster-admin",
				change: {
					RoleBinding: {
						roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
					},
				},
				says: ['RoleBinding watchdog: roleRef.name is "cluster-admin"'],
			},
			{
				title: "a role that is not in the stack",
				change: { Role: null },
				open: ['RoleBinding watchdog: roleRef.name is "watchdog", a Role that is not in the stack'],
			},
		],
		accepts: [
			{
				title: "a wildcard of somebody else",
				change: { RoleBinding: { "subjects[0].name": "another" } },
			},
			{
				title: "view, which changes nothing",
				change: {
					RoleBinding: { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" } },
				},
			},
		],
	},
	"own-objects-only": {
		refuses: [
			{
				title: "any Service",
				change: { Role: { "rules[1].resourceNames": undefined } },
				says: ["Role watchdog: rules[1].resourceNames is not set"],
			},
			{
				title: "any Secret read",
				change: { Role: { "rules[0].resources": ["secrets"] } },
				says: ["Role watchdog: rules[0].resourceNames is not set"],
			},
			grant("commands in any pod", [""], ["pods/exec"], ["create"]),
			grant("the number of any instances", ["apps"], ["statefulsets/scale"], ["patch"]),
			grant("the end of any snapshot", ["snapshot.storage.k8s.io"], ["volumesnapshots"], ["delete"]),
			grant("any volume", [""], ["persistentvolumes"], ["get", "patch"]),
			grant("more rights than its own", ["rbac.authorization.k8s.io"], ["clusterroles"], ["bind"]),
			grant("to be anybody else", [""], ["users"], ["impersonate"]),
			{
				...grant("any volume, for a reason that is none", [""], ["persistentvolumes"], ["get", "patch"]),
				change: {
					Role: {
						[anyName]: "persistentvolumes",
						"rules[1]": { apiGroups: [""], resources: ["persistentvolumes"], verbs: ["get", "patch"] },
					},
				},
			},
		],
		accepts: [
			{
				title: "any volume, for a reason that the role gives",
				change: {
					Role: {
						[anyName]: "persistentvolumes: one that is given up is told Retain, and is named by nobody beforehand",
						"rules[1]": { apiGroups: [""], resources: ["persistentvolumes"], verbs: ["get", "patch"] },
					},
				},
			},
			{
				title: "what OpenShift asks for",
				change: {
					Role: {
						"rules[1]": {
							apiGroups: ["discovery.k8s.io"],
							resources: ["endpointslices/restricted"],
							verbs: ["create"],
						},
					},
				},
			},
			{
				title: "making what has no name yet",
				change: { Role: { "rules[0]": { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] } } },
			},
			{
				title: "pods of any name, where that is configured",
				rulesAlone: true,
				change: { Role: { "rules[0].verbs": ["list", "patch"] } },
				config: { except: ["pods"] },
			},
		],
	},
};

function grant(title: string, apiGroups: string[], resources: string[], verbs: string[]): Case {
	const says = ["Role watchdog: rules[1].resourceNames is not set"];
	return { title, change: { Role: { "rules[1]": { apiGroups, resources, verbs } } }, says };
}

function check(namespace: string, securityContext: object) {
	const container = {
		name: "check",
		image: "company/tools:1",
		command: [
			"sh",
			"-c",
			"mysqlcheck --defaults-extra-file=/etc/my/client.cnf --all-databases; mysql --defaults-extra-file=/etc/my/client.cnf -e STATUS",
		],
		securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
	};
	const spec = {
		restartPolicy: "Never",
		securityContext: { seccompProfile: { type: "RuntimeDefault" }, ...securityContext },
		containers: [container],
	};
	return object("batch/v1", "CronJob", {
		metadata: { name: "check", namespace },
		spec: { schedule: "0 2 * * *", jobTemplate: { spec: { template: { spec } } } },
	});
}

function application(namespace: string) {
	const labels = { app: "shop" };
	const container = { name: "shop", image: "company/shop:1", args: ["--engine=mysql", "--host", "db"] };
	return object("apps/v1", "Deployment", {
		metadata: { name: "shop", namespace },
		spec: {
			selector: { matchLabels: labels },
			template: { metadata: { labels }, spec: { containers: [container] } },
		},
	});
}

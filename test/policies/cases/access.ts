import { object } from "../program.ts";
import type { CaseTable } from "./case.ts";

const pod = "spec.template.spec";
const server = `${pod}.containers[0]`;

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
		],
		accepts: [
			{ title: "one for all pods of the namespace", change: { NetworkPolicy: { "spec.podSelector": {} } } },
			{ title: "one that lets in nobody", change: { NetworkPolicy: { "spec.ingress": undefined } } },
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
		],
		accepts: [
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

import type { Setting } from "../row.ts";

const pod = "spec.template.spec";
const server = `${pod}.containers[0]`;
type Grant = object;

const clients = (title: string, ingress: object): Setting => ({
	title,
	declared: { "NetworkPolicy mysql-clients": { "spec.ingress": [ingress] } },
	rule: "network-policy",
});
/** One right more of the watchdog's. */
const grant = (title: string, rule: string, added: Grant): Setting => ({
	title,
	declared: { Role: { rules: (rules: readonly Grant[]) => [...rules, added] } },
	rule,
});
const core = { apiGroups: [""] };

/** Family "access". */
export const accessRows: readonly Setting[] = [
	clients("everybody on every port", {}),
	clients("every address", { from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }),
	clients("every pod of every namespace", { from: [{ namespaceSelector: {} }] }),
	grant("a watchdog that may do anything with Services", "no-wildcard-rights", {
		...core,
		...{ resources: ["services"], verbs: ["*"] },
	}),
	grant("any Service patched", "own-objects-only", { ...core, resources: ["services"], verbs: ["patch"] }),
	grant("any Secret read", "own-objects-only", { ...core, resources: ["secrets"], verbs: ["get"] }),
	grant("commands in any pod", "own-objects-only", { ...core, resources: ["pods/exec"], verbs: ["create"] }),
	{
		title: "any volume, and nobody says why",
		declared: { ClusterRole: { "metadata.annotations": undefined } },
		rule: "own-objects-only",
	},
	{
		title: "cluster-admin for the watchdog",
		declared: { ClusterRoleBinding: { "roleRef.name": "cluster-admin" } },
		rule: "no-wildcard-rights",
	},
	{
		title: "more rights than its parent's",
		declared: { StatefulSet: { [`${server}.securityContext`]: { allowPrivilegeEscalation: true } } },
		rule: "restricted-pods",
	},
	{ title: "the node's network", declared: { StatefulSet: { [`${pod}.hostNetwork`]: true } }, rule: "restricted-pods" },
];

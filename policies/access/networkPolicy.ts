import { some } from "../frame/notKnown.ts";
import { stackRule } from "../frame/rule.ts";
import { beside } from "../kubernetes/kinds.ts";
import { eachServer } from "../kubernetes/mysqlServer.ts";
import { type LabelSelector, selects } from "../kubernetes/selector.ts";

export const networkPolicy = stackRule({
	name: "network-policy",
	family: "access",
	what: "A NetworkPolicy says who may connect to a MySQL server.",
	why: {
		reason:
			"Without one every pod of the cluster reaches every port of the server, the administrative one too. A policy that lets in everything is none.",
		source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
	},
	fix: "Declare a NetworkPolicy with policyTypes Ingress that selects the pods, and ingress rules that name ports or peers.",
	severity: "high",
	*judgeStack(stack) {
		yield* eachServer(stack, function* ({ resource, labels }) {
			const policies = beside(stack, resource, "NetworkPolicy").map(({ props, label }) => ({
				label,
				spec: props.spec ?? {},
			}));
			const own = policies.filter(
				({ spec }) => selects(spec.podSelector ?? {}, labels) && (spec.policyTypes ?? ["Ingress"]).includes("Ingress"),
			);
			const open = own.find(({ spec }) => some(spec.ingress ?? [], (rule) => isOpen(rule as IngressRule)));
			if (own.length === 0)
				yield {
					resource,
					setting: "NetworkPolicy",
					value: undefined,
					remedy: `declare one with policyTypes: ["Ingress"] that selects ${JSON.stringify(labels)}`,
				};
			if (open)
				yield {
					resource,
					setting: `${open.label}: spec.ingress`,
					value: open.spec.ingress,
					remedy: "a rule without ports that names no peers, or everybody, lets in everything: name them",
				};
		});
	},
});

interface IngressRule {
	readonly ports?: readonly { readonly port?: number | string }[];
	readonly from?: readonly Peer[];
}

interface Peer {
	readonly ipBlock?: { readonly cidr?: string };
	readonly namespaceSelector?: LabelSelector;
	readonly podSelector?: LabelSelector;
}

function isOpen({ ports = [], from = [] }: IngressRule): boolean {
	const anyPort = ports.length === 0 || ports.some(({ port }) => port === undefined);
	return anyPort && (from.length === 0 || from.some(isEverybody));
}

/** What is excepted from all addresses leaves nearly all of them. */
function isEverybody({ ipBlock, namespaceSelector, podSelector }: Peer): boolean {
	if (ipBlock) return ipBlock.cidr?.endsWith("/0") ?? true;
	return namespaceSelector !== undefined && isEmpty(namespaceSelector) && (!podSelector || isEmpty(podSelector));
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
	return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

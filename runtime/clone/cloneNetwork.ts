/** Who may connect to whom in a clone's namespace: nobody, but for what is said here. Above all: from it, nobody to production. Pure. */
import { type CloneFacts, cloneLabels } from "./cloneFacts.ts";

/** As the API takes it: the client's own type renames `from`. */
interface Rule {
	readonly from?: readonly object[];
	readonly to?: readonly object[];
	readonly ports: readonly { readonly protocol: string; readonly port: number }[];
}

export interface NetworkPolicy {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> };
	readonly spec: {
		readonly podSelector: object;
		readonly policyTypes: readonly string[];
		readonly ingress?: readonly Rule[];
		readonly egress?: readonly Rule[];
	};
}

interface Policy {
	readonly name: string;
	/** Default: every pod of the namespace. */
	readonly of?: Record<string, string>;
	readonly ingress?: readonly Rule[];
	readonly egress?: readonly Rule[];
}

const mysqlPort = { protocol: "TCP", port: 3306 };

export function clonePolicies(facts: CloneFacts): NetworkPolicy[] {
	const { clients, apiServer } = facts;
	const own = [{ podSelector: {} }];
	const others = clients.map((name) => ({
		namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
	}));
	const policies: Policy[] = [
		// Answers to whoever may ask are let through all the same.
		{ name: "deny-by-default", ingress: [], egress: [] },
		// To any address: where a cluster's DNS lies is said nowhere.
		{ name: "names", egress: [{ ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 })) }] },
		{ name: "clients", of: cloneLabels("database"), ingress: [{ from: [...own, ...others], ports: [mysqlPort] }] },
		// Pods of the namespace that are no server of it: whoever tests here needs to reach it.
		{
			name: "to-the-clone",
			egress: [{ to: [{ podSelector: { matchLabels: cloneLabels("database") } }], ports: [mysqlPort] }],
		},
		{
			name: "expiry",
			of: cloneLabels("expiry"),
			egress: apiServer.map(({ address, port }) => ({
				to: [{ ipBlock: { cidr: address.includes(":") ? `${address}/128` : `${address}/32` } }],
				ports: [{ protocol: "TCP", port }],
			})),
		},
	];
	return policies.map((policy) => networkPolicy(facts, policy));
}

function networkPolicy({ name: namespace }: CloneFacts, { name, of, ingress, egress }: Policy): NetworkPolicy {
	return {
		apiVersion: "networking.k8s.io/v1",
		kind: "NetworkPolicy",
		metadata: { name, namespace, labels: cloneLabels("database") },
		spec: {
			podSelector: of === undefined ? {} : { matchLabels: of },
			policyTypes: [...(ingress === undefined ? [] : ["Ingress"]), ...(egress === undefined ? [] : ["Egress"])],
			...(ingress === undefined ? {} : { ingress }),
			...(egress === undefined ? {} : { egress }),
		},
	};
}

import { some } from "../frame/notKnown.ts";
import type { Pods } from "../kubernetes/pod.ts";
import { tierOf } from "../kubernetes/promise.ts";
import { type LabelSelector, selects } from "../kubernetes/selector.ts";
import { serverRule } from "../kubernetes/serverRule.ts";
import { removedZoneLabels, zoneLabel } from "./zoneLabel.ts";

/** Instances never share a zone; with tier `standard` they may, if they prefer not to. */
export const zoneAntiAffinity = serverRule({
	name: "zone-anti-affinity",
	family: "topology",
	what: "Instances of a MySQL database are kept in different zones by required anti-affinity.",
	why: {
		reason:
			"A preference is given up when a zone is slow to take a pod, and nothing moves the pod afterwards: all instances were seen in one zone. Then the loss of that zone loses the database.",
		source:
			"https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity",
	},
	fix: `Write the instances' own labels under podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution with topologyKey ${zoneLabel}. A database that may share zones says so by the annotation mysql-dr/tier: standard, and prefers not to.`,
	severity: "critical",
	*judge(server) {
		const { path, spec } = server;
		const affinity = spec.affinity?.podAntiAffinity;
		const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
		if (some(required, (term) => parts(term, server)) || some(spreadsOf(server), strict)) return;
		const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
		const wishes = some(preferred, ({ podAffinityTerm }) => parts(podAffinityTerm, server));
		const standard = tierOf(server) === "standard";
		if (standard && (wishes || spreadsOf(server).length > 0)) return;
		const where = `${path}.affinity.podAntiAffinity`;
		if (wishes || some(preferred, ({ podAffinityTerm }) => wouldPart(podAffinityTerm, server)))
			yield {
				setting: `${where}.preferredDuringSchedulingIgnoredDuringExecution`,
				value: preferred,
				remedy: `a preference does not hold: write the term under requiredDuringSchedulingIgnoredDuringExecution, with topologyKey ${zoneLabel}`,
			};
		else
			yield {
				setting: `${where}.requiredDuringSchedulingIgnoredDuringExecution`,
				value: required.length > 0 ? required : undefined,
				remedy: `add a term with topologyKey ${zoneLabel} whose labelSelector selects these pods (${JSON.stringify(server.labels)})`,
			};
	},
});

interface Term {
	readonly topologyKey?: string | undefined;
	readonly labelSelector?: LabelSelector | undefined;
	readonly namespaces?: readonly string[] | undefined;
}

/** Whether the term keeps the pods apart from each other, by zone. */
function parts(term: unknown, { labels }: Pods): boolean {
	const { topologyKey, labelSelector } = (term ?? {}) as Term;
	return topologyKey === zoneLabel && selects(labelSelector, labels);
}

/** The same by a label of zones that no node has any more. */
function wouldPart(term: unknown, { labels }: Pods): boolean {
	const { topologyKey = "", labelSelector } = (term ?? {}) as Term;
	return removedZoneLabels.includes(topologyKey) && selects(labelSelector, labels);
}

interface Spread extends Term {
	readonly maxSkew?: number;
	readonly minDomains?: number;
	readonly whenUnsatisfiable?: string;
}

function spreadsOf(pods: Pods): Spread[] {
	const spreads = (pods.spec.topologySpreadConstraints ?? []) as readonly Spread[];
	return spreads.filter((spread) => parts(spread, pods));
}

/** With three domains at least, a skew of one puts three pods into three zones or leaves them pending: as good. */
function strict({ maxSkew, minDomains = 1, whenUnsatisfiable = "DoNotSchedule" }: Spread): boolean {
	return maxSkew === 1 && minDomains >= 3 && whenUnsatisfiable === "DoNotSchedule";
}

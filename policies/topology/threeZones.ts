import { each } from "../frame/notKnown.ts";
import type { Finding } from "../frame/rule.ts";
import type { PodSpec } from "../kubernetes/pod.ts";
import { tierOf } from "../kubernetes/promise.ts";
import { serverRule } from "../kubernetes/serverRule.ts";
import { zoneLabel } from "./zoneLabel.ts";

/** What pins a database to fewer zones; how many zones the cluster has, no program says. */
export const threeZones = serverRule({
	name: "three-zones",
	family: "topology",
	what: "Nothing confines a MySQL database to fewer than three zones.",
	why: {
		reason:
			"With two zones the loss of one takes the primary and the only replica that has its newest writes, or leaves none to acknowledge them.",
		source: "docs/failover.md, quorum gate",
	},
	fix: "Take the zone out of nodeSelector and nodeAffinity, or name three zones.",
	severity: "critical",
	config: {
		leastZones: { type: "integer", minimum: 1, default: 3, description: "Zones that instances may be put into." },
		leastZonesStandard: {
			type: "integer",
			minimum: 1,
			default: 2,
			description: "The same for a database with the annotation mysql-dr/tier: standard.",
		},
	},
	*judge(server, { leastZones, leastZonesStandard }) {
		const { spec, path } = server;
		const least = tierOf(server) === "standard" ? leastZonesStandard : leastZones;
		const remedy = `name ${least} zones, or none`;
		const selected = spec.nodeSelector?.[zoneLabel];
		if (selected !== undefined && least > 1)
			yield { setting: `${path}.nodeSelector["${zoneLabel}"]`, value: selected, remedy };
		yield* each(allowedZones(spec, path), function* ({ setting, zones }): Generator<Finding> {
			if (new Set(zones()).size < least) yield { setting, value: zones(), remedy };
		});
	},
});

/** Required zones of each node selector term that names any; terms are alternatives, whose zones add up. */
function allowedZones(spec: PodSpec, path: string) {
	const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
	const terms = required?.nodeSelectorTerms ?? [];
	const zonesOf = (term: (typeof terms)[number]) =>
		term.matchExpressions?.filter(({ key, operator }) => key === zoneLabel && operator === "In");
	if (terms.length === 0 || terms.some((term) => (zonesOf(term) ?? []).length === 0)) return [];
	const setting = `${path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
	return [{ setting, zones: () => terms.flatMap((term) => zonesOf(term)?.[0]?.values ?? []) }];
}

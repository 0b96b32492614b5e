import { all, each, type Missing, NotKnown, some } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { podsIn, watchdogOf } from "../kubernetes/actsOnMysql.ts";
import { namespaceOf } from "../kubernetes/kinds.ts";
import { eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import type { Pods } from "../kubernetes/pod.ts";
import { selects } from "../kubernetes/selector.ts";
import { zoneLabel } from "../topology/zoneLabel.ts";

/** Says what fails a database over, where that is no workload of the program: `group replication`, `a managed service`. */
export const failoverAnnotation = "mysql-dr/failover";

export const watchdogsApart = stackRule({
	name: "watchdogs-apart",
	family: "operations",
	what: "What fails a database over runs at least twice, in different zones.",
	why: {
		reason:
			"A single watchdog is down when it is needed, in half of the cases because it was where the primary was. One without a lease beside it promotes on what it alone sees.",
		source: "docs/failover.md",
	},
	fix: `Two replicas or more, with required anti-affinity or a DoNotSchedule spread (maxSkew 1) on ${zoneLabel}. Where something else fails over, say what on the server's object by the annotation ${failoverAnnotation}.`,
	severity: "critical",
	config: {
		least: { type: "integer", minimum: 1, default: 2, description: "Watchdogs that must run." },
	},
	*judgeStack(stack, { least }) {
		const { found: watchdogs, missing } = podsIn(stack, watchdogOf);
		yield* all(
			() => each(watchdogs, (pods) => judgedPods(pods, least)),
			() => eachServer(stack, (server) => watched(server, watchdogs, missing, least)),
		);
	},
});

function* watched(
	{ resource, kind }: MysqlServer,
	watchdogs: readonly Pods[],
	missing: readonly Missing[],
	least: number,
): Generator<StackFinding> {
	const replicas = kind === "Pod" ? 1 : (resource.props.spec?.replicas ?? 1);
	const said = resource.props.metadata?.annotations?.[failoverAnnotation];
	if (replicas < 2 || said !== undefined) return;
	if (watchdogs.some((pods) => namespaceOf(pods.resource) === namespaceOf(resource))) return;
	// What is not known may be one.
	if (missing.length > 0) throw new NotKnown(missing);
	yield {
		resource,
		setting: `metadata.annotations["${failoverAnnotation}"]`,
		value: undefined,
		remedy: `nothing in the namespace fails it over: declare ${least} watchdogs, or say what does`,
	};
}

function* judgedPods(pods: Pods, least: number): Generator<StackFinding> {
	const { resource, kind, spec, path } = pods;
	const replicas = resource.props.spec?.replicas;
	if (kind === "Pod") yield { resource, setting: "kind", value: kind, remedy: `run ${least} or more, by a Deployment` };
	else if (kind !== "DaemonSet" && (replicas ?? 1) < least)
		yield { resource, setting: "spec.replicas", value: replicas, remedy: `set ${least} or more` };
	if (kind === "Pod" || kind === "DaemonSet" || inDifferentZones(pods)) return;
	yield {
		resource,
		setting: `${path}.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution`,
		value: spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
		remedy: `add a term with topologyKey ${zoneLabel} that selects these pods, or a DoNotSchedule spread with maxSkew 1`,
	};
}

function inDifferentZones({ spec, labels }: Pods): boolean {
	const required = spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
	const spreads = (spec.topologySpreadConstraints ?? []).filter(
		({ maxSkew, whenUnsatisfiable = "DoNotSchedule" }) => maxSkew === 1 && whenUnsatisfiable === "DoNotSchedule",
	);
	return some(
		[...required, ...spreads] as readonly Term[],
		({ topologyKey, labelSelector }) => topologyKey === zoneLabel && selects(labelSelector, labels),
	);
}

interface Term {
	readonly topologyKey?: string;
	readonly labelSelector?: Parameters<typeof selects>[0];
}

import { each, judged, NotKnown } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { databaseOf, eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";

export const threeInstances = stackRule({
	name: "three-instances",
	family: "topology",
	what: "A MySQL database has three instances.",
	why: {
		reason:
			"One acknowledgement of two replicas keeps every acknowledged write when any instance is lost, and writes go on. With two instances either writes stop or they are not acknowledged by another one.",
		source: "docs/failover.md, quorum gate",
	},
	fix: "Set spec.replicas to 3, each instance with a volume of its own, replicating from one primary.",
	severity: "critical",
	config: {
		least: {
			type: "integer",
			minimum: 1,
			default: 3,
			description:
				"Instances of a database, added up over the workloads in a namespace that share the label mysql-dr/cluster or app.kubernetes.io/instance.",
		},
	},
	*judgeStack(stack, { least }) {
		const { found, missing } = judged(() => eachServer(stack, (server) => [server]));
		// What is not known may be another instance of any of them.
		if (missing.length > 0) throw new NotKnown(missing);
		const databases = Map.groupBy(found, databaseOf);
		yield* each(databases.values(), function* (servers) {
			const total = servers.reduce((sum, server) => sum + replicasOf(server), 0);
			if (total < least) yield tooFew(servers[0] as MysqlServer, total, least);
		});
	},
});

function tooFew({ kind, resource }: MysqlServer, total: number, least: number): StackFinding {
	const remedy = `the database has ${total} in all: set ${least}, in a StatefulSet`;
	return kind === "Pod"
		? { resource, setting: "kind", value: kind, remedy }
		: { resource, setting: "spec.replicas", value: resource.props.spec?.replicas, remedy };
}

/** A DaemonSet has as many as there are nodes, which no program says. */
function replicasOf({ kind, resource }: MysqlServer): number {
	if (kind === "DaemonSet") return Number.POSITIVE_INFINITY;
	return kind === "Pod" ? 1 : (resource.props.spec?.replicas ?? 1);
}

import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { all, each, judged, NotKnown } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { eachServer } from "../kubernetes/mysqlServer.ts";
import { eachManaged } from "./managedDatabase.ts";

export const databasesInSight = stackRule({
	name: "databases-in-sight",
	family: "managed",
	what: "What a MySQL database of the program is made of is in the program, or it is said that it is not.",
	why: {
		reason:
			"A chart, an operator or a cloud makes the servers, the volumes and the backups by itself: none of the rules over them has anything to look at, and silence would be taken for a good word.",
		source: "docs/policies.md",
	},
	fix: "Look into what makes them: their values, the custom resource's own backups, the cloud's settings. helm.v4.Chart in place of helm.v3.Release shows the policies what it declares.",
	severity: "medium",
	config: {
		refused: {
			type: "boolean",
			default: false,
			description: "Whether such a database is refused, instead of listed as not judged.",
		},
	},
	*judgeStack(stack, { refused }) {
		const shown = chartsThatShow(stack);
		yield* all(
			() => each(stack.resources, (resource) => said(resource, unseen(resource, shown), refused)),
			() => eachManaged(stack, ({ resource }) => said(resource, "options, volumes and replicas", refused, "its cloud")),
		);
	},
});

/** What makes a database, and what is not seen of it. */
function* said(
	resource: Declared,
	what: string | undefined,
	refused: boolean,
	maker = "what it names",
): Generator<StackFinding> {
	if (what === undefined) return;
	if (refused) {
		const remedy = `declare what it is made of, or take the rule back: ${maker} makes it, and no policy sees it`;
		yield { resource, setting: what, value: undefined, remedy };
		return;
	}
	const why = `are made by ${maker}, and are not in the program`;
	throw new NotKnown([{ urn: resource.urn, resource: resource.label, setting: what, why }]);
}

/** Custom resources of operators, by group and kind: Oracle's, Percona's, MariaDB's, MOCO, Bitpoke's, Vitess, RadonDB's. */
const operated = new RegExp(
	`^kubernetes:(${[
		"mysql\\.oracle\\.com/\\w+:InnoDBCluster",
		"pxc\\.percona\\.com/\\w+:PerconaXtraDBCluster",
		"ps\\.percona\\.com/\\w+:PerconaServerMySQL",
		"(k8s|enterprise)\\.mariadb\\.com/\\w+:MariaDB",
		"moco\\.cybozu\\.com/\\w+:MySQLCluster",
		"mysql\\.(presslabs\\.org|radondb\\.com)/\\w+:MysqlCluster",
		"planetscale\\.com/\\w+:Vitess(Cluster|Keyspace)",
	].join("|")})$`,
);
const ofCharts = /^kubernetes:helm\.sh\/v\d\w*:(Release|Chart)$/;
const chartOfMysql =
	/(^|[/-])(mysql|mariadb|percona|pxc|innodbcluster|vitess)(?!-?(exporter|operator|router|client|backup|adminer))/i;

function unseen(resource: Declared, shown: ReadonlySet<string>): string | undefined {
	const { type, inputs } = resource;
	if (operated.test(type)) return "servers, volumes and backups";
	if (!ofCharts.test(type) || shown.has(type)) return undefined;
	return chartOfMysql.test(String(inputs.chart ?? resource.name)) ? "servers, volumes and backups" : undefined;
}

/** A Chart, unlike a Release, declares what it is made of: where servers are, they are judged. */
function chartsThatShow(stack: DeclaredStack): ReadonlySet<string> {
	const { found } = judged(() => eachServer(stack, ({ resource }) => resource.within));
	return new Set(found.filter((type) => ofCharts.test(type)));
}

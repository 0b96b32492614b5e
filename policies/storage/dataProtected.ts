import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { all, each, judged, NotKnown } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { ownClaims, templatesOf } from "./claims.ts";

export const dataProtected = stackRule({
	name: "data-protected",
	family: "storage",
	what: "What holds the data of a MySQL database, and a cluster that the same program makes, are protected from `pulumi destroy` and from replacement.",
	why: {
		reason:
			"A protected resource is deleted or replaced by no update and no destroy, whatever the program has come to say. Without it a renamed variable is enough.",
		source: "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
	},
	fix: "Give the claims the option protect: true; where a StatefulSet makes its own claims, the set; and the cluster, where the program makes it.",
	severity: "critical",
	*judgeStack(stack) {
		const { found: servers, missing } = judged(() => eachServer(stack, (server) => [server]));
		const clusters = servers.length > 0 ? stack.resources.filter(({ type }) => cluster.test(type)) : [];
		yield* all(
			() => each(servers, (server) => ofServer(stack, server)),
			() => each(clusters, unprotected),
			() => {
				if (missing.length > 0) throw new NotKnown(missing);
				return [];
			},
		);
	},
});

/** Takes everything that runs in it with it. */
const cluster =
	/^(aws:eks\/cluster:Cluster|gcp:container\/cluster:Cluster|azure-native:containerservice.*:ManagedCluster)$/;

function* ofServer(stack: DeclaredStack, server: MysqlServer): Generator<StackFinding> {
	const claims = ownClaims(stack, server);
	yield* each(claims, unprotected);
	if (claims.length === 0 && templatesOf(server).length > 0) yield* unprotected(server.resource);
}

function* unprotected(resource: Declared): Generator<StackFinding> {
	if (resource.protect) return;
	const remedy = "set the option protect: true, so that no update and no destroy takes it away";
	yield { resource, setting: "protect", value: false, remedy };
}

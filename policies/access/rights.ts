import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { all, each, NotKnown } from "../frame/notKnown.ts";
import { type StackFinding, stackRule, texts } from "../frame/rule.ts";
import { mysqlPodsOf, podsIn, rolesOf } from "../kubernetes/actsOnMysql.ts";

/** Roles of Kubernetes' own that may do nearly everything where they are bound. */
const broad = new Set(["cluster-admin", "admin", "edit"]);

/** What decides over a database, or over who gets at it: to be changed by name alone. */
const guarded = [
	...["pods", "services", "endpoints", "configmaps", "secrets", "persistentvolumeclaims", "serviceaccounts"],
	...["statefulsets", "deployments", "daemonsets", "cronjobs", "leases", "endpointslices", "networkpolicies"],
	...["poddisruptionbudgets", "roles", "rolebindings", "clusterroles", "clusterrolebindings", "nodes", "namespaces"],
];
const changing = ["update", "patch", "delete", "deletecollection"];
const reading = ["get", "list", "watch"];

interface Grant {
	readonly apiGroups?: readonly string[];
	readonly resources?: readonly string[];
	readonly resourceNames?: readonly string[];
	readonly verbs?: readonly string[];
}

export const noWildcardRights = stackRule({
	name: "no-wildcard-rights",
	family: "access",
	what: "No account of pods that are MySQL, or act on it, has rights by a wildcard.",
	why: {
		reason:
			"What breaks into a watchdog or a backup has its rights. A wildcard also gives what Kubernetes and its extensions will only bring later.",
		source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
	},
	fix: "Name verbs, resources and API groups in a Role of their own; bind none of cluster-admin, admin and edit.",
	severity: "critical",
	*judgeStack(stack) {
		yield* eachRole(stack, function* (binding, role): Generator<StackFinding> {
			const { name } = binding.props.roleRef ?? {};
			if (!role && broad.has(name))
				yield {
					resource: binding,
					setting: "roleRef.name",
					value: name,
					remedy: "bind a Role that names what is needed",
				};
			yield* grantsOf(role, function* (grant, where, resource) {
				for (const part of ["verbs", "resources", "apiGroups"] as const)
					if (grant[part]?.some((one) => one.includes("*")))
						yield { resource, setting: `${where}.${part}`, value: grant[part], remedy: "name what is needed" };
			});
		});
	},
});

export const ownObjectsOnly = stackRule({
	name: "own-objects-only",
	family: "access",
	what: "Accounts of pods that are MySQL, or act on it, change their own objects alone, and read their own Secrets alone.",
	why: {
		reason:
			"A watchdog that may patch any Service can send any application's clients anywhere; one that may read any Secret has all of the namespace.",
		source: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources",
	},
	fix: "Give resourceNames with update, patch, delete, and with any reading of Secrets. Where names are made later (create), give that verb alone.",
	severity: "high",
	config: {
		except: texts("Resources that may be changed whatever their names are: `pods`."),
	},
	*judgeStack(stack, { except }) {
		yield* eachRole(stack, (_binding, role) =>
			grantsOf(role, function* ({ resources = [], resourceNames = [], verbs = [] }, where, resource) {
				if (resourceNames.length > 0) return;
				const [any] = resources.filter((one) => guarded.includes(one) && !except.includes(one));
				const changes = verbs.filter((verb) => changing.includes(verb));
				const reads = resources.includes("secrets") ? verbs.filter((verb) => reading.includes(verb)) : [];
				if (any === undefined || changes.length + reads.length === 0) return;
				yield {
					resource,
					setting: `${where}.resourceNames`,
					value: undefined,
					remedy: `name the objects for which ${[...changes, ...reads].join(", ")} of ${resources.join(", ")} is needed`,
				};
			}),
		);
	},
});

/** Each role that is bound to such an account, once. */
function* eachRole(
	stack: DeclaredStack,
	judge: (binding: Declared, role: Declared | undefined) => Iterable<StackFinding>,
): Generator<StackFinding> {
	const { found, missing } = podsIn(stack, mysqlPodsOf);
	const bound = Map.groupBy(rolesOf(stack, found), ({ role, binding }) => (role ?? binding).urn);
	yield* all(
		() =>
			each(bound.values(), function* ([one]) {
				if (one) yield* judge(one.binding, one.role);
			}),
		// Whose accounts have rights as well, if they are of MySQL.
		() => {
			if (missing.length > 0) throw new NotKnown(missing);
			return [];
		},
	);
}

function* grantsOf(
	role: Declared | undefined,
	judge: (grant: Grant, where: string, role: Declared) => Iterable<StackFinding>,
): Generator<StackFinding> {
	if (!role) return;
	yield* each((role.props.rules ?? []) as readonly Grant[], (grant, n) => judge(grant, `rules[${n}]`, role));
}

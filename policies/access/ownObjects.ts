import { anyNameAnnotation } from "../../objectives/index.ts";
import type { Declared } from "../frame/declared.ts";
import { type StackFinding, stackRule, texts } from "../frame/rule.ts";
import { eachRole, type Grant, grantsOf } from "./boundRoles.ts";

/** What decides over a database, over its data, or over who gets at it: to be changed by name alone. */
const guarded: ReadonlySet<string> = new Set([
	...["pods", "services", "endpoints", "configmaps", "secrets", "serviceaccounts", "leases", "endpointslices"],
	...["statefulsets", "deployments", "daemonsets", "replicasets", "cronjobs", "poddisruptionbudgets"],
	...["persistentvolumeclaims", "persistentvolumes", "storageclasses"],
	...["volumesnapshots", "volumesnapshotcontents", "volumesnapshotclasses"],
	...["roles", "rolebindings", "clusterroles", "clusterrolebindings", "networkpolicies", "nodes", "namespaces"],
	...["customresourcedefinitions", "validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
]);
const changing: ReadonlySet<string> = new Set(["update", "patch", "delete", "deletecollection"]);
const reading: ReadonlySet<string> = new Set(["get", "list", "watch"]);
/** Rights over rights: to give what one has not, and to be somebody else. */
const beyond: ReadonlySet<string> = new Set(["bind", "escalate", "impersonate"]);
/** By which something is done in a pod, with it, or in the name of an account; some clients ask by get. */
const doors: ReadonlySet<string> = new Set([
	...["pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "services/proxy", "nodes/proxy"],
	...["pods/eviction", "serviceaccounts/token"],
]);

export const ownObjectsOnly = stackRule({
	name: "own-objects-only",
	family: "access",
	what: "Accounts of pods that are MySQL, or act on it, change their own objects alone, and read their own Secrets alone.",
	why: {
		reason:
			"A watchdog that may patch any Service can send any application's clients anywhere; one that may read any Secret, or run a command in any pod, has all of the namespace.",
		source: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources",
	},
	fix: `Give resourceNames with update, patch, delete, with any reading of Secrets, with commands in pods and with bind, escalate and impersonate. Where names are made later (create), give that verb alone; where nobody can know them, say why on the role, by the annotation ${anyNameAnnotation}: "volumesnapshots: named when they are taken".`,
	severity: "high",
	config: {
		except: texts("Resources that may be changed whatever their names are: `pods`."),
	},
	*judgeStack(stack, { except }) {
		yield* eachRole(stack, (_binding, role) =>
			grantsOf(role, function* (grant, where, resource): Generator<StackFinding> {
				const excepted = new Set([...except, ...reasoned(resource)]);
				const wide = wideRights(grant, (name) => excepted.has(name));
				if (wide.length === 0) return;
				yield {
					resource,
					setting: `${where}.resourceNames`,
					value: undefined,
					remedy: `name the objects for which ${wide.join(", ")} is needed`,
				};
			}),
		);
	},
});

/** `patch of services`: what a grant allows with objects of any name and should not. */
function wideRights(grant: Grant, isExcepted: (resource: string) => boolean): string[] {
	const { resources = [], resourceNames = [], verbs = [] } = grant;
	if (resourceNames.length > 0) return [];
	return resources
		.filter((resource) => !isExcepted(resource) && !isExcepted(kindOf(resource)))
		.flatMap((resource) => verbs.filter((verb) => isWide(resource, verb)).map((verb) => `${verb} of ${resource}`));
}

function isWide(resource: string, verb: string): boolean {
	if (beyond.has(verb)) return true;
	if (doors.has(resource) && (verb === "create" || verb === "get")) return true;
	const kind = kindOf(resource);
	return (guarded.has(kind) && changing.has(verb)) || (kind === "secrets" && reading.has(verb));
}

/** Of a part of an object, the object: `statefulsets/scale`. */
function kindOf(resource: string): string {
	return resource.split("/")[0] ?? resource;
}

/** Resources of which a role says why it cannot name them; without a reason it does not. */
function reasoned({ props }: Declared): string[] {
	const stated: string = props.metadata?.annotations?.[anyNameAnnotation] ?? "";
	return stated.split(";").flatMap((one) => {
		const [, resource, reason] = /^\s*([\w./-]+):\s*(.+)$/s.exec(one) ?? [];
		return resource !== undefined && reason?.trim() ? [resource] : [];
	});
}

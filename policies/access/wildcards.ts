import { type StackFinding, stackRule } from "../frame/rule.ts";
import { eachRole, grantsOf } from "./boundRoles.ts";

/** Roles of Kubernetes' own that may do nearly everything where they are bound. */
const broad = new Set(["cluster-admin", "admin", "edit"]);

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

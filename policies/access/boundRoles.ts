/** The roles of the accounts of pods that are MySQL, or act on it, and what they grant. */
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { all, each, NotKnown } from "../frame/notKnown.ts";
import type { StackFinding } from "../frame/rule.ts";
import { mysqlPodsOf, podsIn, rolesOf } from "../kubernetes/actsOnMysql.ts";

/** One rule of a role. */
export interface Grant {
	readonly apiGroups?: readonly string[];
	readonly resources?: readonly string[];
	readonly resourceNames?: readonly string[];
	readonly verbs?: readonly string[];
}

/** Each role that is bound to such an account, once. */
export function* eachRole(
	stack: DeclaredStack,
	judge: (binding: Declared, role: Declared | undefined) => Iterable<StackFinding>,
): Generator<StackFinding> {
	const { found, missing } = podsIn(stack, mysqlPodsOf);
	const bound = Map.groupBy(rolesOf(stack, found), ({ role, binding }) => (role ?? binding).urn);
	yield* all(
		() =>
			each(bound.values(), function* ([one]) {
				if (!one) return;
				yield* judge(one.binding, one.role);
				if (!one.role) refuseUnseen(one.binding);
			}),
		// Whose accounts have rights as well, if they are of MySQL.
		() => {
			if (missing.length > 0) throw new NotKnown(missing);
			return [];
		},
	);
}

/** Kubernetes' own roles are known; what another one grants is not to be seen. */
function refuseUnseen({ urn, label, props }: Declared): void {
	const { kind, name } = props.roleRef ?? {};
	if (kind === "ClusterRole" && /^(cluster-admin|admin|edit|view|system:.*)$/.test(name)) return;
	const why = `is ${JSON.stringify(name)}, a ${kind} that is not in the stack`;
	throw new NotKnown([{ urn, resource: label, setting: "roleRef.name", why }]);
}

export function* grantsOf(
	role: Declared | undefined,
	judge: (grant: Grant, where: string, role: Declared) => Iterable<StackFinding>,
): Generator<StackFinding> {
	if (!role) return;
	yield* each((role.props.rules ?? []) as readonly Grant[], (grant, n) => judge(grant, `rules[${n}]`, role));
}

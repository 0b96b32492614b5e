import type { Declared } from "../frame/declared.ts";
import { first } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { beside } from "../kubernetes/kinds.ts";
import { eachServer } from "../kubernetes/mysqlServer.ts";
import { selects } from "../kubernetes/selector.ts";

export const disruptionBudget = stackRule({
	name: "disruption-budget",
	family: "topology",
	what: "A PodDisruptionBudget lets drains take one instance of a MySQL database at a time.",
	why: {
		reason:
			"Without one, a node upgrade may evict the primary and the replica that has its newest writes together. One that allows none stops every upgrade, until somebody deletes it.",
		source: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets",
	},
	fix: "Declare a PodDisruptionBudget with maxUnavailable: 1 whose selector matches the pods' labels.",
	severity: "high",
	*judgeStack(stack) {
		yield* eachServer(stack, function* (server) {
			const { resource, labels, kind } = server;
			const replicas = kind === "Pod" ? 1 : (resource.props.spec?.replicas ?? 1);
			// A single instance has no other to wait for; that it is single, another rule says.
			if (replicas < 2) return;
			const budget = first(beside(stack, resource, "PodDisruptionBudget"), ({ props }) =>
				selects(props.spec?.selector, labels),
			);
			if (budget) yield* judgedBudget(budget, replicas);
			else
				yield {
					resource,
					setting: "PodDisruptionBudget",
					value: undefined,
					remedy: `declare one with maxUnavailable: 1 and a selector that matches ${JSON.stringify(labels)}`,
				};
		});
	},
});

function* judgedBudget(budget: Declared, replicas: number): Generator<StackFinding> {
	const { maxUnavailable, minAvailable } = budget.props.spec ?? {};
	const [setting, value, evictable] =
		maxUnavailable === undefined
			? (["spec.minAvailable", minAvailable, replicas - count(minAvailable ?? 1, replicas)] as const)
			: (["spec.maxUnavailable", maxUnavailable, count(maxUnavailable, replicas)] as const);
	if (evictable === 1) return;
	const wrong = evictable < 1 ? "no instance may be evicted, so no node can be drained" : `${evictable} may go at once`;
	yield { resource: budget, setting, value, remedy: `${wrong}: set maxUnavailable: 1` };
}

/** A number, or a share of the replicas, which Kubernetes rounds up. */
function count(amount: number | string, replicas: number): number {
	const text = String(amount);
	return text.endsWith("%") ? Math.ceil((Number(text.slice(0, -1)) / 100) * replicas) : Number(text);
}

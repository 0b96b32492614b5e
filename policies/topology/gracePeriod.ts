import { serverRule } from "../kubernetes/serverRule.ts";

/** What Kubernetes gives a pod that does not say. Seconds. */
const unsaid = 30;

export const gracePeriod = serverRule({
	name: "grace-period",
	family: "topology",
	what: "A MySQL server has time to stop cleanly.",
	why: {
		reason:
			"After the grace period mysqld is killed. Its next start then begins with crash recovery, and a primary that is killed has not handed over.",
		source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
	},
	fix: "Set terminationGracePeriodSeconds to a minute or more: what InnoDB has to write back, and what a switchover takes.",
	severity: "medium",
	config: {
		leastSeconds: { type: "integer", minimum: 1, default: 60, description: "Seconds." },
	},
	*judge({ spec, path }, { leastSeconds }) {
		const { terminationGracePeriodSeconds: given } = spec;
		if ((given ?? unsaid) >= leastSeconds) return;
		yield {
			setting: `${path}.terminationGracePeriodSeconds`,
			value: given,
			remedy: `set ${leastSeconds} or more${given === undefined ? `, or it is ${unsaid}` : ""}`,
		};
	},
});

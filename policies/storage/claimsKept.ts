import { each } from "../frame/notKnown.ts";
import type { Finding } from "../frame/rule.ts";
import { serverRule } from "../kubernetes/serverRule.ts";

export const claimsKept = serverRule({
	name: "claims-kept",
	family: "storage",
	what: "A StatefulSet of MySQL deletes no claim when it is deleted or made smaller.",
	why: {
		reason:
			"The set is a description of processes: it is deleted to be made anew, and made smaller for an hour. With Delete the volumes go with it.",
		source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
	},
	fix: "Take persistentVolumeClaimRetentionPolicy away, or set both of its parts to Retain; remediation does.",
	severity: "critical",
	*judge({ resource }) {
		yield* each(["whenDeleted", "whenScaled"], function* (when): Generator<Finding> {
			const value = resource.props.spec?.persistentVolumeClaimRetentionPolicy?.[when];
			if (value === undefined || value === "Retain") return;
			const setting = `spec.persistentVolumeClaimRetentionPolicy.${when}`;
			yield { setting, value, remedy: "set Retain: the data go with the claims", mend: "Retain" };
		});
	},
});

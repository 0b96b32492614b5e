import { stackRule } from "../frame/rule.ts";
import { eachClass } from "./classRule.ts";

export const volumesExpandable = stackRule({
	name: "volumes-expandable",
	family: "storage",
	what: "Volumes of a MySQL database can grow while it runs.",
	why: {
		reason:
			"A full volume stops every write, and a class that does not allow expansion leaves a copy to a new volume as the only way out, of hours and by hand.",
		source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims",
	},
	fix: "Set allowVolumeExpansion: true in the StorageClass; it may be changed at any time.",
	severity: "high",
	*judgeStack(stack) {
		yield* eachClass(stack, function* (resource) {
			const { allowVolumeExpansion: value } = resource.props;
			if (value !== true)
				yield { resource, setting: "allowVolumeExpansion", value, remedy: "set true: a full volume stops every write" };
		});
	},
});

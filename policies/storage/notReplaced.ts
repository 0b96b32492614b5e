import { serverRule } from "../kubernetes/serverRule.ts";

const setting = "spec.volumeClaimTemplates";

export const setNotReplaced = serverRule({
	name: "set-not-replaced",
	family: "storage",
	what: "A larger volume in the program does not replace the StatefulSet of a MySQL database.",
	why: {
		reason:
			"Kubernetes cannot change the claim templates of a StatefulSet, so the provider deletes it and makes it anew, all instances at once; and the claims that there are stay as small as they were.",
		source: "https://github.com/pulumi/pulumi-kubernetes/issues/4328",
	},
	fix: `Give the StatefulSet the option ignoreChanges: ["${setting}"], and let volumes grow by their claims: declared as resources of their own, or by kubectl.`,
	severity: "high",
	*judge({ resource }) {
		const templates = resource.props.spec?.volumeClaimTemplates;
		const ignored = resource.ignoreChanges.some((path) => path === "spec" || path.startsWith(setting));
		if (templates === undefined || ignored) return;
		yield {
			setting: "ignoreChanges",
			value: resource.ignoreChanges.length > 0 ? resource.ignoreChanges : undefined,
			remedy: `add "${setting}": else another size or class replaces the whole set`,
		};
	},
});

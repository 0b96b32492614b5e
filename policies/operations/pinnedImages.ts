import { each } from "../frame/notKnown.ts";
import { type Finding, resourceRule, texts } from "../frame/rule.ts";
import { mysqlPodsOf } from "../kubernetes/actsOnMysql.ts";
import { allContainersOf, hasPods } from "../kubernetes/pod.ts";

export const pinnedImages = resourceRule({
	name: "pinned-images",
	family: "operations",
	what: "In production what is MySQL, or acts on it, runs an image that is pinned by its digest.",
	why: {
		reason:
			"A tag is moved. An instance that is made anew in the night of a failover then runs another MySQL than its primary, one that nobody tried.",
		source: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
	},
	fix: "Write image@sha256:…, as `docker buildx imagetools inspect` or the registry shows it.",
	severity: "high",
	config: {
		stacks: texts("Names of the stacks that are production.", ["prod", "production", "live"]),
	},
	of: hasPods,
	*judge(resource, { stacks }) {
		const [, , stack = ""] = (resource.urn.split("::")[0] ?? "").split(":");
		if (!stacks.includes(stack)) return;
		const pods = mysqlPodsOf(resource);
		if (!pods) return;
		yield* each(allContainersOf(pods), function* ({ container: { image }, path }): Generator<Finding> {
			if (/@sha256:[0-9a-f]{64}$/.test(image ?? "")) return;
			yield { setting: `${path}.image`, value: image, remedy: "add its digest: @sha256:…" };
		});
	},
});

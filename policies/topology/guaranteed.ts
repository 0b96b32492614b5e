import { each } from "../frame/notKnown.ts";
import type { Finding } from "../frame/rule.ts";
import { allContainersOf } from "../kubernetes/pod.ts";
import { quantity } from "../kubernetes/quantity.ts";
import { serverRule } from "../kubernetes/serverRule.ts";

export const guaranteed = serverRule({
	name: "guaranteed-qos",
	family: "topology",
	what: "Pods of a MySQL database are in the QoS class Guaranteed.",
	why: {
		reason:
			"When a node runs short of memory, the kernel and the kubelet end Guaranteed pods last. A database that uses more than it requested is the first to go, at its busiest.",
		source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/#guaranteed",
	},
	fix: "Give every container, also init containers and sidecars, limits of cpu and memory, and requests that equal them (or none, which means the same).",
	severity: "high",
	*judge(server) {
		yield* each(allContainersOf(server), function* ({ container: { resources }, path }) {
			yield* each(["cpu", "memory"], function* (name): Generator<Finding> {
				const limit = resources?.limits?.[name];
				const request = resources?.requests?.[name];
				if (limit === undefined)
					yield {
						setting: `${path}.resources.limits.${name}`,
						value: undefined,
						remedy: request === undefined ? "set limit and request" : `set ${request}, as is requested`,
					};
				else if (request !== undefined && quantity(request) !== quantity(limit))
					yield {
						setting: `${path}.resources.requests.${name}`,
						value: request,
						remedy: `set ${limit}, as is the limit`,
					};
			});
		});
	},
});

import { each } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { objects } from "../kubernetes/kinds.ts";
import { eachServer } from "../kubernetes/mysqlServer.ts";
import { claimsOf } from "./claims.ts";
import { eachClass } from "./classRule.ts";

const lost = "a deleted claim takes the volume and its data with it";

export const volumesRetained = stackRule({
	name: "volumes-retained",
	family: "storage",
	what: "Volumes of a MySQL database outlive their claims.",
	why: {
		reason:
			"With Delete, which is what a class does that says nothing, the storage deletes a volume as soon as its claim or its namespace goes: one wrong command is the end of the data.",
		source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming",
	},
	fix: "Use a StorageClass with reclaimPolicy: Retain. That of a class cannot be changed: declare another one, and patch the volumes that there are (persistentVolumeReclaimPolicy). A class that is not in the stack is listed as not judged, unless the claims are protected resources.",
	severity: "critical",
	*judgeStack(stack) {
		yield* each([() => eachClass(stack, judgedClass), () => judgedVolumes(stack)], (judge) => judge());
	},
});

function* judgedClass(resource: StackFinding["resource"]): Generator<StackFinding> {
	const { reclaimPolicy } = resource.props;
	if (reclaimPolicy !== "Retain")
		yield { resource, setting: "reclaimPolicy", value: reclaimPolicy, remedy: `set Retain: ${lost}` };
}

/** Volumes that are declared; Kubernetes itself retains them where nothing is said. */
function* judgedVolumes(stack: Parameters<typeof claimsOf>[0]): Generator<StackFinding> {
	yield* eachServer(stack, function* (server) {
		const claims = claimsOf(stack, server);
		yield* each(objects(stack, "PersistentVolume"), function* (resource): Generator<StackFinding> {
			const { persistentVolumeReclaimPolicy: policy = "Retain", claimRef } = resource.props.spec ?? {};
			const used = claims.some(
				(claim) =>
					claim.own &&
					(claim.spec.volumeName === resource.props.metadata?.name ||
						(claimRef?.name === claim.resource.props.metadata?.name &&
							claimRef?.namespace === claim.resource.props.metadata?.namespace)),
			);
			if (used && policy !== "Retain")
				yield {
					resource,
					setting: "spec.persistentVolumeReclaimPolicy",
					value: policy,
					remedy: `set Retain: ${lost}`,
				};
		});
	});
}

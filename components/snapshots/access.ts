/** What the job that takes snapshots may do in Kubernetes. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { anyNameAnnotation } from "../../objectives/index.ts";
import { any, declareAccount, following, named, type PolicyRule, turns } from "../backups/access.ts";
import { jobNames, metadata, type Place, podNames, snapshotGroup, snapshotName } from "../naming.ts";

/** Snapshots get their names when they are taken, and so do the jobs that try them. */
function snapshotRules(instances: number): PolicyRule[] {
	return [
		...following(),
		// It says on the pod of an instance that its applier is to stand still.
		...named("", "pods", podNames(instances), ["patch"]),
		any(snapshotGroup, "volumesnapshots", ["get", "list", "create", "patch", "delete"]),
		...named("batch", "cronjobs", [jobNames.snapshotCheck], ["get"]),
		any("batch", "jobs", ["get", "create", "delete"]),
		any("", "pods/log", ["get"]),
		...turns(),
	];
}

/**
 * What the storage holds is an object of the whole cluster, and is named by the snapshot controller. One that is let go is
 * told to go from the storage too; nothing else of it may be read or removed.
 */
const contentRules: PolicyRule[] = [any(snapshotGroup, "volumesnapshotcontents", ["patch"])];

/** For the policy that asks for names. */
const snapshotsReason = "volumesnapshots: each is named when it is taken";
const contentsReason = "volumesnapshotcontents: one that is let go is told Delete; the snapshot controller names it";

export function declareSnapshotAccount(
	name: string,
	place: Place,
	instances: number,
	opts: pulumi.CustomResourceOptions,
) {
	const rules = snapshotRules(instances);
	const account = { part: "snapshot", called: snapshotName, rules, anyName: snapshotsReason } as const;
	const { namespace, ...everywhere } = metadata(place, "snapshot", `${snapshotName}-${place.namespace}`);
	const reasoned = { ...everywhere, annotations: { [anyNameAnnotation]: contentsReason } };
	const subjects = [{ kind: "ServiceAccount", name: snapshotName, namespace }];
	const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: everywhere.name };
	return [
		...declareAccount(name, place, account, opts),
		new k8s.rbac.v1.ClusterRole(`${name}-snapshot`, { metadata: reasoned, rules: contentRules }, opts),
		new k8s.rbac.v1.ClusterRoleBinding(`${name}-snapshot`, { metadata: everywhere, subjects, roleRef }, opts),
	];
}

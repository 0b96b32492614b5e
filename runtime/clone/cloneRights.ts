/** What making a clone needs of the cluster. Pure. */
import type { Right } from "../kubernetes/rights.ts";
import { snapshotGroup as snapshots } from "../snapshot/snapshot.ts";

const rbac = "rbac.authorization.k8s.io";

/**
 * @param from the database's namespace
 * @param to the clone's
 */
export function cloneRights(from: string, to: string): readonly Right[] {
	const inClone = (verb: Right["verb"], group: string, resources: readonly string[]): Right[] =>
		resources.map((resource) => ({ verb, group, resource, namespace: to }));
	return [
		{ verb: "create", group: "", resource: "namespaces" },
		// Nobody can give a right that he has not: by these two it deletes itself.
		{ verb: "get", group: "", resource: "namespaces" },
		{ verb: "delete", group: "", resource: "namespaces" },
		{ verb: "create", group: rbac, resource: "clusterroles" },
		{ verb: "create", group: rbac, resource: "clusterrolebindings" },
		// Where the storage has the snapshot is said in an object of the cluster's, and its second one is too.
		{ verb: "get", group: snapshots, resource: "volumesnapshotcontents" },
		{ verb: "create", group: snapshots, resource: "volumesnapshotcontents" },
		{ verb: "delete", group: snapshots, resource: "volumesnapshotcontents" },
		// Its volume is to go with it.
		{ verb: "patch", group: "", resource: "persistentvolumes" },
		{ verb: "patch", group: snapshots, resource: "volumesnapshots", namespace: from },
		...inClone("create", "", ["secrets", "configmaps", "services", "serviceaccounts", "persistentvolumeclaims"]),
		...inClone("get", "", ["persistentvolumeclaims", "pods", "pods/log"]),
		...inClone("create", snapshots, ["volumesnapshots"]),
		...inClone("delete", snapshots, ["volumesnapshots"]),
		...inClone("create", "networking.k8s.io", ["networkpolicies"]),
		...inClone("create", "apps", ["statefulsets"]),
		...inClone("create", "batch", ["cronjobs"]),
	];
}

/** The cluster's volumes and snapshots as objects: the driver, its rights, its classes. */
import type { KubernetesObject } from "./api.ts";
import { driver } from "./zone.ts";

/** The storage class, that of volumes which are made to be thrown away, and the snapshot class. */
export const storageClass = "mysql-dr-local";
export const scratchClass = "mysql-dr-local-scratch";
export const snapshotClass = "mysql-dr-local";

/**
 * Data outlive what was declared: a claim or a snapshot that is deleted leaves its volume behind. Only what a backup or a
 * snapshot was tried on goes with its claim.
 * What the driver and its sidecars may do is upstream's list of the three together.
 */
export function volumeObjects(): KubernetesObject[] {
	const group = "mysql-dr:csi";
	const change = ["get", "list", "watch", "create", "update", "patch"];
	const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[]) => ({
		apiGroups: [apiGroup],
		resources,
		verbs,
	});
	const snapshots = "snapshot.storage.k8s.io";
	return [
		{
			apiVersion: "storage.k8s.io/v1",
			kind: "CSIDriver",
			metadata: { name: driver },
			spec: {
				attachRequired: false,
				podInfoOnMount: false,
				fsGroupPolicy: "File",
				volumeLifecycleModes: ["Persistent"],
			},
		},
		{
			...volumeClass,
			metadata: {
				name: storageClass,
				annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
			},
			reclaimPolicy: "Retain",
		},
		{ ...volumeClass, metadata: { name: scratchClass }, reclaimPolicy: "Delete" },
		{
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "ClusterRole",
			metadata: { name: group },
			rules: [
				rule("", ["persistentvolumes"], [...change, "delete"]),
				rule("", ["persistentvolumeclaims"], ["get", "list", "watch", "update", "patch"]),
				rule("", ["persistentvolumeclaims/status"], ["update", "patch"]),
				rule("", ["events"], ["list", "watch", "create", "update", "patch"]),
				rule("events.k8s.io", ["events"], ["create", "update", "patch"]),
				rule("", ["nodes", "pods", "namespaces"], ["get", "list", "watch"]),
				rule(
					"storage.k8s.io",
					["storageclasses", "csinodes", "volumeattachments", "volumeattributesclasses", "csistoragecapacities"],
					["get", "list", "watch"],
				),
				rule("coordination.k8s.io", ["leases"], [...change, "delete"]),
				rule(snapshots, ["volumesnapshots", "volumesnapshotclasses", "volumesnapshotcontents"], [...change, "delete"]),
				rule(snapshots, ["volumesnapshots/status", "volumesnapshotcontents/status"], ["update", "patch"]),
			],
		},
		{
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "ClusterRoleBinding",
			metadata: { name: group },
			roleRef: {
				apiGroup: "rbac.authorization.k8s.io",
				kind: "ClusterRole",
				name: group,
			},
			subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group }],
		},
	];
}

const volumeClass = {
	apiVersion: "storage.k8s.io/v1",
	kind: "StorageClass",
	provisioner: driver,
	volumeBindingMode: "WaitForFirstConsumer",
	allowVolumeExpansion: true,
} as const;

export function volumeSnapshotClass(): KubernetesObject {
	return {
		apiVersion: "snapshot.storage.k8s.io/v1",
		kind: "VolumeSnapshotClass",
		metadata: {
			name: snapshotClass,
			annotations: {
				"snapshot.storage.kubernetes.io/is-default-class": "true",
			},
		},
		driver,
		deletionPolicy: "Retain",
	};
}

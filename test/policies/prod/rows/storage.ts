import type { Setting } from "../row.ts";

const keep = "spec.persistentVolumeClaimRetentionPolicy";
const volumes = "spec.template.spec.volumes";

/** The stack declares the classes itself. */
const classes = (title: string, rule: string, declared: NonNullable<Setting["declared"]>): Setting => ({
	title,
	stack: { "site.storage": { profile: "ebs" }, "site.storageClass": undefined, "site.snapshotClass": undefined },
	declared,
	rule,
});
/** In place of the claim's template: a volume of the pod's. */
const instead = (title: string, volume: object): Setting => ({
	title,
	declared: {
		StatefulSet: { "spec.volumeClaimTemplates": undefined, [`${volumes}[5]`]: { name: "data", ...volume } },
	},
	rule: "data-on-volumes",
	apart: true,
});

/** Family "storage". */
export const storageRows: readonly Setting[] = [
	instead("data in the pod", { emptyDir: {} }),
	{ ...instead("data on a node", { hostPath: { path: "/data" } }), also: "restricted-pods" },
	{
		title: "claims that go with the set",
		declared: { StatefulSet: { [keep]: { whenDeleted: "Delete" } } },
		rule: "claims-kept",
	},
	{
		title: "claims that go with the instance",
		declared: { StatefulSet: { [keep]: { whenScaled: "Delete" } } },
		rule: "claims-kept",
	},
	{
		title: "a claim that any update may delete",
		declared: { "PersistentVolumeClaim data-1": { protect: false } },
		rule: "data-protected",
		// The class of a claim that is not protected matters, and prod's is the cluster's own.
		open: true,
	},
	{
		title: "a set that a larger volume replaces",
		declared: { StatefulSet: { ignoreChanges: ["spec.updateStrategy"] } },
		rule: "set-not-replaced",
	},
	classes("a class that deletes volumes", "volumes-retained", { "StorageClass data": { reclaimPolicy: "Delete" } }),
	classes("a class whose volumes stay small", "volumes-expandable", {
		"StorageClass data": { allowVolumeExpansion: false },
	}),
	classes("a class that deletes snapshots", "snapshots-retained", {
		"VolumeSnapshotClass snapshots": { deletionPolicy: "Delete" },
	}),
];

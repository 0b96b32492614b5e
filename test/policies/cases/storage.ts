import { notKnownYet, object, type Resource } from "../program.ts";
import { soundOptions } from "../soundStorage.ts";
import type { CaseTable } from "./case.ts";

const template = "spec.volumeClaimTemplates[0]";
const volumes = "spec.template.spec.volumes";
const mounts = "spec.template.spec.containers[0].volumeMounts";
const keep = "spec.persistentVolumeClaimRetentionPolicy";

/** A claim that the StatefulSet takes by its name. */
const claim = (namespace: string, spec: object = {}, opts: Partial<Resource> = {}): Resource => ({
	...object("v1", "PersistentVolumeClaim", {
		metadata: { name: "data-db-0", namespace },
		spec: {
			accessModes: ["ReadWriteOnce"],
			storageClassName: `${namespace}-data`,
			resources: { requests: { storage: "10Gi" } },
			...spec,
		},
	}),
	protect: true,
	...opts,
});

const volume = (namespace: string, persistentVolumeReclaimPolicy?: string): Resource =>
	object("v1", "PersistentVolume", {
		metadata: { name: `${namespace}-disk` },
		spec: {
			capacity: { storage: "10Gi" },
			accessModes: ["ReadWriteOnce"],
			csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" },
			claimRef: { name: "data-db-0", namespace },
			...(persistentVolumeReclaimPolicy ? { persistentVolumeReclaimPolicy } : {}),
		},
	});

const scratch = (namespace: string) =>
	object("storage.k8s.io/v1", "StorageClass", {
		metadata: { name: `${namespace}-scratch` },
		provisioner: "ebs.csi.aws.com",
	});

export const storageCases: CaseTable = {
	"data-on-volumes": {
		refuses: [
			{
				title: "a folder of the pod's",
				change: {
					StatefulSet: {
						"spec.volumeClaimTemplates": undefined,
						[`${volumes}[1]`]: { name: "data", emptyDir: {} },
					},
				},
				says: [`StatefulSet db: ${volumes}[1] is "emptyDir"`],
			},
			{
				title: "a folder of the node's",
				change: {
					StatefulSet: {
						"spec.volumeClaimTemplates": undefined,
						[`${volumes}[1]`]: { name: "data", hostPath: { path: "/data" } },
					},
				},
				says: [`StatefulSet db: ${volumes}[1] is "hostPath"`],
				also: ["restricted-pods"],
			},
			{
				title: "the container itself",
				change: {
					StatefulSet: {
						"spec.template.spec.containers[0].volumeMounts": undefined,
						"spec.volumeClaimTemplates": undefined,
						"spec.template.spec.containers[0].args": sound(),
					},
				},
				says: ["StatefulSet db: spec.template.spec.containers[0].volumeMounts is not set"],
			},
			{
				title: "a folder of the pod's, beside a claim for something else",
				change: {
					StatefulSet: {
						[`${mounts}[0].mountPath`]: "/backup",
						[`${mounts}[2]`]: { name: "scratch", mountPath: "/var/lib/mysql" },
						[`${volumes}[1]`]: { name: "scratch", emptyDir: {} },
					},
				},
				says: [`StatefulSet db: ${volumes}[1] is "emptyDir"`],
			},
			{
				title: "data elsewhere than on the claim, as the command line says",
				change: { StatefulSet: { "spec.template.spec.containers[0].args": ["--datadir=/data"] } },
				says: ["StatefulSet db: spec.template.spec.containers[0].volumeMounts is ["],
			},
			{
				title: "a volume that a driver makes for the pod",
				change: {
					StatefulSet: {
						"spec.volumeClaimTemplates": undefined,
						[`${volumes}[1]`]: { name: "data", csi: { driver: "inline.csi.k8s.io" } },
					},
				},
				says: [`StatefulSet db: ${volumes}[1] is "csi"`],
			},
			{
				title: "a claim somewhere in an image that nobody knows",
				change: {
					StatefulSet: {
						"spec.template.spec.containers[0].image": "company/mysql-84",
						[`${mounts}[0].mountPath`]: "/srv",
					},
				},
				open: ["StatefulSet db: spec.template.spec.containers[0].image may bring option files of its own"],
			},
		],
		accepts: [
			{
				title: "a claim that the pod names",
				change: {
					StatefulSet: {
						"spec.volumeClaimTemplates": undefined,
						[`${volumes}[1]`]: { name: "data", persistentVolumeClaim: { claimName: "data-db-0" } },
					},
				},
				more: (namespace) => [claim(namespace)],
			},
			{
				title: "where an option file says",
				change: {
					StatefulSet: { [`${mounts}[0].mountPath`]: "/srv" },
					ConfigMap: { 'data["durable.cnf"]': soundOptions({ datadir: "/srv/mysql" }) },
				},
			},
		],
	},
	"volumes-retained": {
		refuses: [
			{
				title: "a class that says nothing, which is Delete",
				change: { StorageClass: { reclaimPolicy: undefined } },
				says: ["StorageClass data: reclaimPolicy is not set"],
			},
			{
				title: "a class that deletes, of a claim of its own",
				change: { StorageClass: { reclaimPolicy: "Delete" } },
				more: (namespace) => [claim(namespace)],
				says: ['StorageClass data: reclaimPolicy is "Delete"'],
			},
			{
				title: "a volume that goes with its claim",
				more: (namespace) => [claim(namespace), volume(namespace, "Delete")],
				says: ['PersistentVolume disk: spec.persistentVolumeReclaimPolicy is "Delete"'],
			},
			{
				title: "a class that is not in the stack",
				change: { StatefulSet: { [`${template}.spec.storageClassName`]: "gp3" } },
				open: [`StatefulSet db: ${template}.spec.storageClassName is "gp3", which is not in the stack`],
			},
			{
				title: "the cluster's own class",
				change: { StatefulSet: { [`${template}.spec.storageClassName`]: undefined } },
				open: [
					`StatefulSet db: ${template}.spec.storageClassName is not set, and the cluster's default is not in the stack`,
				],
			},
		],
		accepts: [
			{ title: "a class for something else that deletes", more: (namespace) => [scratch(namespace)] },
			{ title: "a volume of which nothing is said", more: (namespace) => [claim(namespace), volume(namespace)] },
			{
				title: "a protected claim, whatever its class",
				more: (namespace) => [claim(namespace, { storageClassName: "gp3" })],
			},
		],
	},
	"volumes-expandable": {
		refuses: [
			{
				title: "a class that says nothing",
				change: { StorageClass: { allowVolumeExpansion: undefined } },
				says: ["StorageClass data: allowVolumeExpansion is not set"],
			},
			{
				title: "a class that is not known yet",
				change: { StorageClass: { allowVolumeExpansion: notKnownYet } },
				open: ["StorageClass data: allowVolumeExpansion is not known before it is deployed"],
			},
		],
		accepts: [{ title: "a class that allows it" }],
	},
	"claims-kept": {
		refuses: [
			{
				title: "claims that go with the set",
				change: { StatefulSet: { [keep]: { whenDeleted: "Delete", whenScaled: "Retain" } } },
				says: [`StatefulSet db: ${keep}.whenDeleted is "Delete"`],
			},
			{
				title: "claims that go when there are fewer instances",
				change: { StatefulSet: { [keep]: { whenScaled: "Delete" } } },
				says: [`StatefulSet db: ${keep}.whenScaled is "Delete"`],
			},
		],
		accepts: [
			{
				title: "said, as it is by itself",
				change: { StatefulSet: { [keep]: { whenDeleted: "Retain", whenScaled: "Retain" } } },
			},
		],
	},
	"snapshots-retained": {
		refuses: [
			{
				title: "a class that deletes",
				change: { VolumeSnapshotClass: { deletionPolicy: "Delete" } },
				says: ['VolumeSnapshotClass snapshots: deletionPolicy is "Delete"'],
			},
			{
				title: "a snapshot that is declared",
				more: (namespace) => [
					object("snapshot.storage.k8s.io/v1", "VolumeSnapshotContent", {
						metadata: { name: `${namespace}-old` },
						spec: {
							deletionPolicy: "Delete",
							driver: "ebs.csi.aws.com",
							source: { snapshotHandle: "snap-1" },
							volumeSnapshotRef: { name: "old", namespace },
						},
					}),
				],
				says: ['VolumeSnapshotContent old: spec.deletionPolicy is "Delete"'],
			},
		],
		accepts: [
			{ title: "a class that keeps them" },
			{
				title: "a class that is excepted",
				change: { VolumeSnapshotClass: { deletionPolicy: "Delete" } },
				config: { except: ["<namespace>-snapshots"] },
			},
		],
	},
	"data-protected": {
		refuses: [
			{
				title: "a set that makes its claims",
				change: { StatefulSet: { protect: false } },
				says: ["StatefulSet db: protect is false"],
			},
			{
				title: "a claim of its own",
				change: { StatefulSet: { protect: false } },
				more: (namespace) => [claim(namespace, {}, { protect: false })],
				says: ["PersistentVolumeClaim data-db-0: protect is false"],
			},
			{
				title: "a cluster of the same program",
				more: () => [{ type: "aws:eks/cluster:Cluster", name: "shop", props: eks }],
				says: ["Cluster shop: protect is false"],
			},
		],
		accepts: [
			{
				title: "a claim that is, and a set that holds no data",
				change: { StatefulSet: { protect: false } },
				more: (namespace) => [claim(namespace)],
			},
		],
	},
	"set-not-replaced": {
		refuses: [
			{
				title: "a template that may change",
				change: { StatefulSet: { ignoreChanges: undefined } },
				says: ["StatefulSet db: ignoreChanges is not set"],
			},
			{
				title: "another setting that is ignored",
				change: { StatefulSet: { ignoreChanges: ["spec.updateStrategy"] } },
				says: ["StatefulSet db: ignoreChanges is"],
			},
		],
		accepts: [
			{
				title: "the size of the template alone is ignored",
				change: { StatefulSet: { ignoreChanges: [`${template}.spec`] } },
			},
		],
	},
};

const eks = { roleArn: "arn:aws:iam::111122223333:role/eks", vpcConfig: { subnetIds: ["subnet-1", "subnet-2"] } };

/** Durable options on the command line, where no file is mounted. */
function sound(): string[] {
	return [
		"--gtid-mode=ON",
		"--enforce-gtid-consistency=ON",
		"--rpl-semi-sync-source-enabled=ON",
		"--rpl-semi-sync-replica-enabled=ON",
		"--rpl-semi-sync-source-timeout=4294967295",
		"--sync-relay-log=1",
	];
}

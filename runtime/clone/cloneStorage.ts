/** A clone's namespace and its volume, as objects. Pure. */
import type { V1Namespace, V1OwnerReference, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { bytes, formatSize } from "../../objectives/size.ts";
import { formatGtidSet } from "../mysql/gtidSet.ts";
import { snapshotGroup, snapshotVersion, type VolumeSnapshotObject } from "../snapshot/snapshot.ts";
import { handleOf, managedByLabel, type VolumeSnapshotContent } from "../snapshot/snapshotContent.ts";
import { cloneAnnotations, cloneLabel } from "./clone.ts";
import { type CloneFacts, cloneLabels } from "./cloneFacts.ts";

export const claimName = "data";

/** Nothing runs in it that is more than the "restricted" standard allows; components/podSecurity.ts declares the same. */
export function cloneNamespace({ name, settings, from, snapshot, expiresAt }: CloneFacts): V1Namespace {
	return {
		apiVersion: "v1",
		kind: "Namespace",
		metadata: {
			name,
			labels: {
				"app.kubernetes.io/part-of": "mysql-dr",
				[cloneLabel]: settings.cluster,
				"pod-security.kubernetes.io/enforce": "restricted",
				"pod-security.kubernetes.io/warn": "restricted",
			},
			annotations: {
				[cloneAnnotations.from]: from,
				[cloneAnnotations.snapshot]: snapshot.name,
				[cloneAnnotations.takenAt]: snapshot.takenAt ?? "",
				[cloneAnnotations.gtidExecuted]: formatGtidSet(snapshot.gtidExecuted),
				[cloneAnnotations.expiresAt]: expiresAt,
			},
		},
	};
}

/** What is not in a namespace goes with the clone's all the same. */
export function ownedBy({ metadata = {} }: V1Namespace): V1OwnerReference {
	return { apiVersion: "v1", kind: "Namespace", name: metadata.name ?? "", uid: metadata.uid ?? "" };
}

/**
 * A snapshot's object is for its own namespace alone: this is a second one for the same snapshot. *Retain*: when it goes,
 * and it goes with the clone, the storage keeps the snapshot, which is production's.
 */
export function cloneContent({ name, content }: CloneFacts, owner: V1OwnerReference): VolumeSnapshotContent {
	const { driver, sourceVolumeMode, volumeSnapshotClassName } = content.spec ?? {};
	const managedBy = content.metadata?.labels?.[managedByLabel];
	return {
		apiVersion: `${snapshotGroup}/${snapshotVersion}`,
		kind: "VolumeSnapshotContent",
		metadata: {
			name,
			labels: { ...cloneLabels("database"), ...(managedBy === undefined ? {} : { [managedByLabel]: managedBy }) },
			ownerReferences: [owner],
		},
		spec: {
			deletionPolicy: "Retain",
			...(driver === undefined ? {} : { driver }),
			...(sourceVolumeMode === undefined ? {} : { sourceVolumeMode }),
			...(volumeSnapshotClassName === undefined ? {} : { volumeSnapshotClassName }),
			source: { snapshotHandle: handleOf(content) ?? "" },
			volumeSnapshotRef: { name: claimName, namespace: name },
		},
	};
}

/** Not one of production's: it carries none of the labels by which those are found. */
export function cloneSnapshot({ name }: CloneFacts): VolumeSnapshotObject & { apiVersion: string; kind: string } {
	return {
		apiVersion: `${snapshotGroup}/${snapshotVersion}`,
		kind: "VolumeSnapshot",
		metadata: { name: claimName, namespace: name, labels: cloneLabels("database") },
		spec: { source: { volumeSnapshotContentName: name } },
	};
}

export function cloneClaim({ name, storageClass, volumeBytes }: CloneFacts): V1PersistentVolumeClaim {
	return {
		apiVersion: "v1",
		kind: "PersistentVolumeClaim",
		metadata: { name: claimName, namespace: name, labels: cloneLabels("database") },
		spec: {
			accessModes: ["ReadWriteOnce"],
			...(storageClass === undefined ? {} : { storageClassName: storageClass }),
			resources: { requests: { storage: formatSize(bytes(volumeBytes)) } },
			dataSource: { apiGroup: snapshotGroup, kind: "VolumeSnapshot", name: claimName },
		},
	};
}

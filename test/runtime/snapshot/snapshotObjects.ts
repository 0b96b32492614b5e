/** VolumeSnapshots as Kubernetes would show them. */
import { snapshotAnnotations, type VolumeSnapshotObject } from "../../../runtime/snapshot/snapshot.ts";

interface Facts {
	readonly gtids: string;
	readonly takenAt: string;
	readonly bytes?: number;
	readonly term?: number;
	/** Default: a minute after it was taken. */
	readonly verifiedAt?: string | null;
	readonly fault?: string;
	readonly ready?: boolean;
}

export function snapshotObject(name: string, facts: Facts): VolumeSnapshotObject {
	const { gtids, takenAt, bytes = 1_200_000_000, term = 1, ready = true, fault } = facts;
	const verifiedAt = facts.verifiedAt === undefined ? takenAt : facts.verifiedAt;
	return {
		metadata: {
			name,
			namespace: "mysql",
			uid: `uid-of-${name}`,
			annotations: {
				[snapshotAnnotations.gtidExecuted]: gtids,
				[snapshotAnnotations.instance]: "mysql-2",
				[snapshotAnnotations.server]: "3e11fa47-71ca-11e1-9e33-c80aa9429562",
				[snapshotAnnotations.term]: `${term}`,
				[snapshotAnnotations.version]: "9.7.4",
				[snapshotAnnotations.bytes]: `${bytes}`,
				...(verifiedAt === null ? {} : { [snapshotAnnotations.verifiedAt]: verifiedAt }),
				...(fault === undefined ? {} : { [snapshotAnnotations.fault]: fault }),
			},
		},
		spec: { source: { persistentVolumeClaimName: "data-mysql-2" }, volumeSnapshotClassName: "fast" },
		status: {
			creationTime: takenAt,
			readyToUse: ready,
			restoreSize: "2Gi",
			boundVolumeSnapshotContentName: `content-of-${name}`,
		},
	};
}

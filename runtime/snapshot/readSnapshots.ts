/** The snapshots of one database that something can be made of. */
import { size } from "../../objectives/size.ts";
import { orNull } from "../kubernetes/api.ts";
import { type Snapshot, snapshotOf, type VolumeSnapshotObject } from "./snapshot.ts";
import { type SnapshotStoreOptions, snapshotStore } from "./snapshotStore.ts";

export interface ReadSnapshot extends Snapshot {
	/** Bytes of the volume that it was taken of: one that is made from it cannot be smaller. */
	readonly volumeBytes: number;
}

/** @returns null where the cluster has no such kind */
export async function readSnapshots(options: SnapshotStoreOptions): Promise<readonly ReadSnapshot[] | null> {
	const objects = await orNull(snapshotStore(options).list());
	return objects?.flatMap(readSnapshot) ?? null;
}

function readSnapshot(object: VolumeSnapshotObject): ReadSnapshot[] {
	const snapshot = snapshotOf(object);
	return snapshot === null ? [] : [{ ...snapshot, volumeBytes: size(object.status?.restoreSize ?? "0") }];
}

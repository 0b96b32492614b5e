/** VolumeSnapshotContent: the cluster's own object of a snapshot, which says where the storage has it. Pure. */
import { snapshotGroup, snapshotVersion } from "./snapshot.ts";

export interface VolumeSnapshotContent {
	readonly apiVersion?: string;
	readonly kind?: string;
	readonly metadata?: {
		readonly name?: string;
		readonly labels?: Readonly<Record<string, string>>;
		readonly ownerReferences?: readonly object[];
		readonly deletionTimestamp?: string;
	};
	readonly spec?: {
		readonly driver?: string;
		readonly deletionPolicy?: string;
		readonly sourceVolumeMode?: string;
		readonly volumeSnapshotClassName?: string;
		readonly source?: { readonly volumeHandle?: string; readonly snapshotHandle?: string };
		readonly volumeSnapshotRef?: { readonly name?: string; readonly namespace?: string };
	};
	readonly status?: { readonly snapshotHandle?: string; readonly readyToUse?: boolean };
}

/** Which node's sidecar looks after it, where each node has its own; it looks at no others. */
export const managedByLabel = "snapshot.storage.kubernetes.io/managed-by";

export const contentsPath = `/apis/${snapshotGroup}/${snapshotVersion}/volumesnapshotcontents`;

/** What the storage calls the snapshot; null while it has not made it. */
export function handleOf({ spec, status }: VolumeSnapshotContent): string | null {
	return status?.snapshotHandle ?? spec?.source?.snapshotHandle ?? null;
}

/** The pods of snapshots' jobs: one that takes them, and one with a volume made of a snapshot. */
import type * as k8s from "@pulumi/kubernetes";
import type { Size } from "../../objectives/index.ts";
import {
	type JobPodShape,
	jobContainer,
	jobEnd,
	jobMounts,
	ownVolume,
	podBesides,
	secretVolume,
	settingsVolume,
	tmpVolume,
} from "../jobPod.ts";
import { snapshotGroup, snapshotName } from "../naming.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;

export interface SnapshotPodShape extends JobPodShape {
	readonly secrets: { readonly credentials: string; readonly certificates: string };
}

/** Tells the storage and asks the instances; no data pass through it. */
export function snapshotPod(shape: SnapshotPodShape): PodSpec {
	const { settings, credentials, tls, tmp } = jobMounts;
	const container = jobContainer("job", shape, ["job", "snapshot"], [settings, credentials, tls, tmp]);
	const volumes = [
		settingsVolume,
		secretVolume("credentials", shape.secrets.credentials, ["monitor", "backup"]),
		secretVolume("tls", shape.secrets.certificates, ["ca.crt"]),
		tmpVolume,
	];
	return { ...jobEnd(podBesides(shape, container, volumes)), serviceAccountName: snapshotName };
}

export interface CheckPodShape extends JobPodShape {
	/** Of an instance; the job that begins a check makes it larger where the snapshot needs that. */
	readonly volume: Size;
	/** Of the storage that has the snapshot. */
	readonly storageClass?: string | undefined;
}

/** Who begins a check says which snapshot. */
const unnamed = "not-said-yet";

/** Boots what is on its volume: it needs no password, and nothing of Kubernetes. */
export function checkPod(shape: CheckPodShape): PodSpec {
	const { settings, volume, tmp } = jobMounts;
	const container = jobContainer("job", shape, ["job", "check-snapshot"], [settings, volume, tmp]);
	const dataSource = { apiGroup: snapshotGroup, kind: "VolumeSnapshot", name: unnamed };
	const own = ownVolume("snapshot", shape, { dataSource });
	const pod = podBesides(shape, container, [settingsVolume, own, tmpVolume]);
	return { ...jobEnd(pod), automountServiceAccountToken: false };
}

/**
 * Storage by what a site's volumes lie on: the classes of volumes and of their snapshots. Pure.
 *
 * All have in common that data outlive what was declared (Retain, of volumes and of snapshots), that a volume is made where
 * its pod is (WaitForFirstConsumer), and that it may grow.
 */
import type { StorageConfig } from "../../objectives/index.ts";

/** A StorageClass, without its metadata. */
export interface VolumeClass {
	readonly provisioner: string;
	readonly parameters: Readonly<Record<string, string>>;
	readonly reclaimPolicy: "Retain" | "Delete";
	readonly volumeBindingMode: "WaitForFirstConsumer";
	readonly allowVolumeExpansion: true;
}

/** A VolumeSnapshotClass, without its metadata. */
export interface SnapshotClass {
	readonly driver: string;
	readonly parameters: Readonly<Record<string, string>>;
	readonly deletionPolicy: "Retain";
}

export interface StorageClasses {
	readonly data: VolumeClass;
	/** Of volumes that are made to be thrown away: what a backup or a snapshot is tried on would stay for ever otherwise. */
	readonly scratch: VolumeClass;
	readonly snapshots: SnapshotClass;
}

type Parameters = Readonly<Record<string, string>>;

interface Profile {
	readonly driver: string;
	readonly parameters: Parameters;
	readonly snapshotParameters: Parameters;
	/** Of the volumes alone that hold data. */
	readonly data?: Parameters;
}

/** Where snapshots go that outlive the site's region. */
export interface FarSnapshots {
	readonly region: string;
	/** Of volumes that are to be copied: the site's own, so that two sites in one account do not copy each other's. */
	readonly tag: string;
}

/** The tag's key, by which volumes of AWS are found. */
export const farTag = "mysql-dr:far-snapshots";

/** What is configured comes last and wins. @param far where snapshots are to outlive the region */
export function storageClasses(storage: StorageConfig, far?: FarSnapshots): StorageClasses {
	const { driver, parameters, snapshotParameters, data = {} } = profileOf(storage, far);
	const volumes = {
		provisioner: driver,
		parameters: { ...parameters, ...storage.parameters },
		volumeBindingMode: "WaitForFirstConsumer",
		allowVolumeExpansion: true,
	} as const;
	return {
		data: { ...volumes, parameters: { ...volumes.parameters, ...data }, reclaimPolicy: "Retain" },
		scratch: { ...volumes, reclaimPolicy: "Delete" },
		snapshots: {
			driver,
			parameters: { ...snapshotParameters, ...storage.snapshotParameters },
			deletionPolicy: "Retain",
		},
	};
}

function profileOf(storage: StorageConfig, far: FarSnapshots | undefined): Profile {
	switch (storage.profile) {
		case "ebs":
			return far ? { ...ebs, data: { tagSpecification_1: `${farTag}=${far.tag}` } } : ebs;
		case "gkePd":
			return gkePd({ ...storage, ...(far ? { storageLocations: [far.region] } : {}) });
		case "csi":
			return { driver: storage.driver ?? "", parameters: {}, snapshotParameters: {} };
	}
}

/** A snapshot of an encrypted volume is encrypted with the same key. */
const ebs: Profile = {
	driver: "ebs.csi.aws.com",
	parameters: { type: "gp3", encrypted: "true" },
	snapshotParameters: {},
};

/** Encrypted at rest whatever is said. A regional disk is written to two zones of its region, at twice the price. */
function gkePd({ regional, storageLocations = [] }: StorageConfig): Profile {
	return {
		driver: "pd.csi.storage.gke.io",
		parameters: { type: "pd-balanced" },
		...(regional ? { data: { "replication-type": "regional-pd" } } : {}),
		snapshotParameters: storageLocations.length === 0 ? {} : { "storage-locations": storageLocations.join(",") },
	};
}

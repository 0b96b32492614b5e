/** A snapshot of a replica's volume, as the cluster's own object says it: VolumeSnapshot, with what was true of it. Pure. */
import { formatGtidSet, type GtidSet, parseGtidSet } from "../mysql/gtidSet.ts";

/** The kind's group, version and plural. */
export const snapshotGroup = "snapshot.storage.k8s.io";
export const snapshotVersion = "v1";
export const snapshotPlural = "volumesnapshots";

/** What the object carries besides the cluster's labels; the component's label is {@link snapshotComponent}. */
export const snapshotAnnotations = {
	/** All that the copy holds: read with the applier stopped, and the same when the copy was booted. */
	gtidExecuted: "mysql-dr/gtid-executed",
	/** Whose volume it was: pod and server UUID. */
	instance: "mysql-dr/instance",
	server: "mysql-dr/server-uuid",
	term: "mysql-dr/term",
	version: "mysql-dr/mysql-version",
	/** Bytes of the data directory, for the room that a copy needs. */
	bytes: "mysql-dr/data-bytes",
	/** When a copy of it was booted and found whole; absent until then. ISO 8601. */
	verifiedAt: "mysql-dr/verified-at",
	/** Why it must not be used; absent where nothing is wrong. */
	fault: "mysql-dr/fault",
	/** Whoever makes something of it says so, and it is not let go meanwhile. */
	inUseBy: "mysql-dr/in-use-by",
} as const;

export const snapshotComponent = "snapshot";

/** What Kubernetes holds, as far as it is read. */
export interface VolumeSnapshotObject {
	readonly metadata?: {
		readonly name?: string;
		readonly namespace?: string;
		readonly uid?: string;
		readonly creationTimestamp?: string | Date;
		readonly deletionTimestamp?: string | Date;
		readonly labels?: Readonly<Record<string, string>>;
		readonly annotations?: Readonly<Record<string, string>>;
	};
	readonly spec?: {
		readonly source?: {
			readonly persistentVolumeClaimName?: string;
			readonly volumeSnapshotContentName?: string;
		};
		readonly volumeSnapshotClassName?: string;
	};
	readonly status?: {
		/** When the storage made it: what was written later is not in it. */
		readonly creationTime?: string;
		readonly readyToUse?: boolean;
		readonly restoreSize?: string;
		readonly boundVolumeSnapshotContentName?: string;
		readonly error?: { readonly message?: string };
	};
}

export interface Snapshot {
	readonly name: string;
	/** When the storage made it; ISO 8601. Null until it has. */
	readonly takenAt: string | null;
	readonly instance: string;
	readonly server: string;
	readonly term: number;
	readonly gtidExecuted: GtidSet;
	readonly version: string;
	readonly bytes: number;
	/** A volume can be made from it. */
	readonly ready: boolean;
	readonly verifiedAt: string | null;
	readonly fault: string | null;
	/** The cluster-wide object that stands for it: what a volume in another namespace is made from. */
	readonly content: string | null;
}

/** @returns null where somebody else made it, or it is not finished: no GTID set is written on it */
export function snapshotOf({ metadata = {}, status = {} }: VolumeSnapshotObject): Snapshot | null {
	const said = (key: keyof typeof snapshotAnnotations) => metadata.annotations?.[snapshotAnnotations[key]];
	const gtids = said("gtidExecuted");
	if (gtids === undefined || metadata.deletionTimestamp !== undefined) return null;
	return {
		name: metadata.name ?? "",
		takenAt: status.creationTime === undefined ? null : new Date(status.creationTime).toISOString(),
		instance: said("instance") ?? "",
		server: said("server") ?? "",
		term: Number(said("term") ?? 0),
		gtidExecuted: parseGtidSet(gtids),
		version: said("version") ?? "",
		bytes: Number(said("bytes") ?? 0),
		ready: status.readyToUse === true,
		verifiedAt: said("verifiedAt") ?? null,
		fault: said("fault") ?? status.error?.message ?? null,
		content: status.boundVolumeSnapshotContentName ?? null,
	};
}

/** The annotations of a snapshot that is about to be taken, or was. */
export function annotationsOf(
	facts: Pick<Snapshot, "instance" | "server" | "term" | "gtidExecuted" | "version" | "bytes">,
): Record<string, string> {
	return {
		[snapshotAnnotations.gtidExecuted]: formatGtidSet(facts.gtidExecuted),
		[snapshotAnnotations.instance]: facts.instance,
		[snapshotAnnotations.server]: facts.server,
		[snapshotAnnotations.term]: `${facts.term}`,
		[snapshotAnnotations.version]: facts.version,
		[snapshotAnnotations.bytes]: `${facts.bytes}`,
	};
}

/** Those that a database can be made from, newest first: verified, ready, nothing wrong with them. */
export function usable(snapshots: readonly Snapshot[]): Snapshot[] {
	return snapshots
		.filter(
			({ ready, verifiedAt, fault, takenAt }) => ready && verifiedAt !== null && fault === null && takenAt !== null,
		)
		.sort((a, b) => Date.parse(b.takenAt ?? "") - Date.parse(a.takenAt ?? ""));
}

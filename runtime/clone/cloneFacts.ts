/** What a clone is made from, all of it known before anything is made. */
import type { Settings } from "../../objectives/settings.ts";
import type { ReadSnapshot } from "../snapshot/readSnapshots.ts";
import type { VolumeSnapshotContent } from "../snapshot/snapshotContent.ts";

export interface CloneFacts {
	/** Of the clone's namespace. */
	readonly name: string;
	/** Of the database. */
	readonly settings: Settings;
	/** The database's namespace. */
	readonly from: string;
	readonly snapshot: ReadSnapshot;
	/** The cluster's object of that snapshot: where the storage has it. */
	readonly content: VolumeSnapshotContent;
	readonly storageClass: string | undefined;
	/** Bytes of the clone's volume. */
	readonly volumeBytes: number;
	/** The runtime image. */
	readonly image: string;
	/** ISO 8601. */
	readonly expiresAt: string;
	readonly keepAccounts: boolean;
	readonly events: boolean;
	/** Namespaces whose pods may connect, besides the clone's own. */
	readonly clients: readonly string[];
	/** Where the API server answers: the clone's own end is asked for there. */
	readonly apiServer: readonly { readonly address: string; readonly port: number }[];
}

/** Labels of everything in it, and the selector of its one pod. */
export const cloneLabels = (part: "database" | "expiry"): Record<string, string> => ({
	"app.kubernetes.io/name": "mysql",
	"app.kubernetes.io/part-of": "mysql-dr",
	"app.kubernetes.io/component": part === "database" ? "clone" : "clone-expiry",
});

/** The StatefulSet, its Service, and the account of its end. */
export const cloneServerName = "mysql";
export const expiryName = "mysql-clone-expiry";

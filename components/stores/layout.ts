/** Where in a store what lies, and who may do what with it: the same in every cloud. Pure. The runtime writes these keys. */

/** What the pods of one database are to a store. The watchdog is nobody to it. */
export const identities = ["archiver", "jobs", "restorer"] as const;
export type Identity = (typeof identities)[number];

/** The beginnings of a database's keys. */
export const keysOf = (cluster: string) => ({
	archive: `archive/${cluster}/`,
	backups: `backups/${cluster}/`,
	checked: `checked/${cluster}/`,
	repository: `repository/${cluster}/`,
	verified: `verified/${cluster}/`,
	careEvidence: `evidence/backups/${cluster}/`,
	restoreEvidence: `evidence/restore/${cluster}/`,
});

/** Of all databases: what one region's store is given from the other's besides what is written to both. */
export const replicatedKeys = { archive: "archive/", evidence: "evidence/" } as const;

/** Beginnings of keys; every identity may also list the bucket, since asking for what is not there would else be refused. */
export interface Rights {
	readonly reads: readonly string[];
	readonly writes: readonly string[];
	/** What may be deleted so that a version stays, from which it can be brought back: restic's own files, and entries that are locked for longer than their backup is kept. */
	readonly hides: readonly string[];
	/** What may be deleted for good once it is no longer locked: what the plan's retention lets go. */
	readonly forgets: readonly string[];
}

/**
 * @param cluster the database; no identity reaches another one's keys
 */
export function rightsOf(identity: Identity, cluster: string): Rights {
	const { archive, backups, checked, repository, verified, careEvidence, restoreEvidence } = keysOf(cluster);
	const none = { writes: [], hides: [], forgets: [] };
	switch (identity) {
		case "archiver":
			return { ...none, reads: [archive, backups, checked, verified], writes: [archive] };
		case "restorer":
			return { ...none, reads: [archive, backups, repository, verified] };
		case "jobs":
			return {
				reads: [archive, backups, repository, verified],
				// What one region lacks of the archive is taken from the other.
				writes: [archive, backups, checked, repository, verified, careEvidence, restoreEvidence],
				hides: [repository, backups, verified],
				forgets: [archive, backups, verified],
			};
	}
}

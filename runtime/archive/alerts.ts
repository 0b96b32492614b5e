/** What the archiver raises, by names that do not change. */
export const archiveAlerts = {
	archiveGap: "transactions were purged before they were archived: a restore cannot cross that place",
	archiveBehind: "a store lacks what is older than three flush intervals",
	archiveStoreAway: "a store does not take what is archived",
	archiveSpoolHalfFull: "what waits for a store takes half of its room",
	archiveSpoolFull: "what waits for a store takes all of its room: the replicas' binary logs hold the rest",
	archiveProvisional: "with no replica left, what is archived was read from the primary, and nobody confirms it",
	archiveSourceLost: "no instance can be read",
	archiveConflict: "another archiver writes to the same stores",
	archiveFailing: "the archiver does not get on",
	archiveBinlogsGrow: "binary logs that are not archived take three quarters of their share of a volume",
	archiveSacrificed: "binary logs were purged that were not archived: their volume was filling up",
} as const;

export type ArchiveAlert = keyof typeof archiveAlerts;

/** What a bucket does by itself with what grows old. Pure. */
import { keysOf } from "../layout.ts";
import { type StoredDatabase, undeleteDays } from "../made.ts";

/**
 * Nothing that is current ever expires by age: a restore may need what is older than the plan's retention (the backup before
 * the oldest wanted second), and the jobs that let go know what. What they deleted, and what was replaced, goes once it can
 * no longer be wanted; what is locked stays until its lock ends.
 *
 * restic's large files are moved to Intelligent-Tiering, without its archive tiers: a restore cannot wait for hours. The archive
 * is not: to move its many small objects costs more than they would save in the time for which they are kept.
 */
export function lifecycleRules(databases: readonly StoredDatabase[]) {
	const enabled = { status: "Enabled" };
	const tiered = databases.map(({ cluster }) => keysOf(cluster).repository);
	return [
		{
			...{ id: "what-was-deleted", filter: { prefix: "" }, ...enabled },
			noncurrentVersionExpiration: { noncurrentDays: undeleteDays(databases) },
			expiration: { expiredObjectDeleteMarker: true },
		},
		{
			...{ id: "what-was-never-finished", filter: { prefix: "" }, ...enabled },
			abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
		},
		...tiered.map((prefix) => ({
			...{ id: `tiering-${prefix.replaceAll("/", "-")}`.replace(/-$/, ""), filter: { prefix }, ...enabled },
			transitions: [{ storageClass: "INTELLIGENT_TIERING" }],
		})),
	];
}

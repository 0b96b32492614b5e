/** One bucket of the stack, and all that protects what is in it. */
import { Bucket } from "@pulumi/gcp/storage/bucket.js";
import type * as pulumi from "@pulumi/pulumi";
import { multiRegionOf } from "../../../objectives/index.ts";
import { type BucketPlan, type StoredDatabase, undeleteDays } from "../made.ts";

/** The longest that Cloud Storage keeps what was deleted, and the shortest. Days. */
const softDeletion = { longest: 90, shortest: 7 };

/**
 * *Data*: the bucket is protected, and stays when the stack goes.
 * @param key the ID of its key
 */
export function declareBucket(
	name: string,
	plan: BucketPlan,
	{ project, databases }: { readonly project: string; readonly databases: readonly StoredDatabase[] },
	key: pulumi.Input<string>,
	opts: pulumi.CustomResourceOptions,
): Bucket {
	return new Bucket(
		name,
		{
			...{ name: plan.bucket, project, storageClass: "STANDARD", ...placed(plan) },
			uniformBucketLevelAccess: true,
			publicAccessPrevention: "enforced",
			encryption: { defaultKmsKeyName: key },
			versioning: { enabled: true },
			// Objects are locked one by one: a lock on the whole bucket would keep restic's own locks, and stop it.
			enableObjectRetention: true,
			autoclass: { enabled: true, terminalStorageClass: "NEARLINE" },
			...keptFor(undeleteDays(databases)),
		},
		{ ...opts, protect: true, retainOnDelete: true },
	);
}

/** In a region; or in two of one multi-region, where Google promises fifteen minutes from one to the other. */
function placed({ region, alsoIn }: BucketPlan) {
	if (alsoIn === undefined) return { location: region };
	const rpo = "ASYNC_TURBO";
	// As Google writes them back: in small letters the provider would see another bucket.
	const dataLocations = [region, alsoIn].map((one) => one.toUpperCase());
	return { location: spread(region, alsoIn).bucket, customPlacementConfig: { dataLocations }, rpo };
}

/** Where the bucket's key must be. */
export function keyLocation({ region, alsoIn }: BucketPlan): string {
	return alsoIn === undefined ? region : spread(region, alsoIn).key;
}

function spread(region: string, alsoIn: string) {
	const found = multiRegionOf([region, alsoIn]);
	if (!found) throw new RangeError("both regions are of one multi-region");
	return found;
}

/**
 * Nothing that is current ever expires by age: a restore may need what is older than the plan's retention. What was deleted
 * or replaced can be brought back for so many days, first as a version where soft deletion alone is too short for it.
 */
export function keptFor(days: number) {
	const soft = Math.min(softDeletion.longest, Math.max(softDeletion.shortest, days));
	const versions = Math.max(1, days - soft);
	return {
		softDeletePolicy: { retentionDurationSeconds: soft * 86_400 },
		lifecycleRules: [
			{ action: { type: "Delete" }, condition: { withState: "ARCHIVED", daysSinceNoncurrentTime: versions } },
			{ action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 1 } },
		],
	};
}

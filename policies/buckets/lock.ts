import { inline, only, partsOf } from "../cloud/backupBucket.ts";
import type { Props } from "../frame/declared.ts";
import { bucketRule } from "./bucketRule.ts";

const daySeconds = 86_400;

export const bucketLock = bucketRule({
	name: "bucket-lock",
	what: "What is in a bucket for backups can be deleted by nobody for a time.",
	why: {
		reason:
			"Who encrypts a database for ransom deletes its backups first, with the rights of whoever makes them. A lock is stronger than rights.",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
	},
	fix: "AWS: objectLockEnabled when the bucket is made, and a default retention by aws.s3.BucketObjectLockConfiguration. Google Cloud: enableObjectRetention for locks on single objects, or a retentionPolicy on the bucket.",
	severity: "high",
	config: {
		leastDays: {
			type: "integer",
			minimum: 1,
			default: 7,
			description: "Days for which a lock by default must last: as long as it takes to notice.",
		},
	},
	*aws(bucket, { leastDays }, stack) {
		const [part] = partsOf(stack, bucket, "BucketObjectLockConfiguration");
		const inlined = inline(bucket.settings, "objectLockConfiguration", "objectLockConfigurations");
		const given = part?.inputs ?? inlined;
		const enabled = bucket.settings.objectLockEnabled ?? inlined?.objectLockEnabled ?? part?.inputs.objectLockEnabled;
		if (enabled !== true && enabled !== "Enabled")
			yield {
				setting: "objectLockEnabled",
				value: enabled,
				remedy: "set true when the bucket is made: later only by a request to AWS",
			};
		else if (daysOf(given) < leastDays)
			yield {
				setting: `${part?.label ?? "objectLockConfiguration"}.rule.defaultRetention`,
				value: retentionOf(given),
				remedy: `set a mode and ${leastDays} days or more: an object that nobody locks by itself is not locked`,
			};
	},
	*gcp({ settings: { enableObjectRetention, retentionPolicy } }, { leastDays }) {
		if (enableObjectRetention === true) return;
		const value = retentionPolicy?.retentionPeriod;
		if (Number(value ?? 0) >= leastDays * daySeconds) return;
		yield {
			setting: value === undefined ? "enableObjectRetention" : "retentionPolicy.retentionPeriod",
			value,
			remedy: `set enableObjectRetention: true, or a retentionPeriod of ${leastDays * daySeconds} s or more`,
		};
	},
});

function retentionOf(lock: Props | undefined): Props | undefined {
	const rule = only(lock?.rule ?? lock?.rules);
	return only(rule?.defaultRetention ?? rule?.defaultRetentions);
}

function daysOf(lock: Props | undefined): number {
	const { days, years } = retentionOf(lock) ?? {};
	return days ?? (years ?? 0) * 365;
}

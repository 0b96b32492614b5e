import { inline, isOurs, only, partsOf } from "../cloud/backupBucket.ts";
import type { Declared, Props } from "../frame/declared.ts";
import { NotKnown } from "../frame/notKnown.ts";
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
	fix: "AWS: objectLockEnabled when the bucket is made, and a default retention by aws.s3.BucketObjectLockConfiguration. Google Cloud: a retentionPolicy on the bucket that isLocked, or enableObjectRetention and a lock on each object, which this project's jobs set.",
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
	*gcp({ resource, settings: { enableObjectRetention, retentionPolicy } }, { leastDays }) {
		const { retentionPeriod: value, isLocked } = retentionPolicy ?? {};
		const longEnough = Number(value ?? 0) >= leastDays * daySeconds;
		if (longEnough && isLocked !== true)
			yield {
				setting: "retentionPolicy.isLocked",
				value: isLocked,
				remedy: "set true: whoever may change the bucket takes a policy away that is not locked",
			};
		if (longEnough) return;
		// It makes a lock on each object possible, and sets none.
		if (enableObjectRetention === true && isOurs(resource)) return;
		if (enableObjectRetention === true) throw unlocked(resource);
		yield {
			setting: value === undefined ? "enableObjectRetention" : "retentionPolicy.retentionPeriod",
			value,
			remedy: `set a retentionPolicy with a retentionPeriod of ${leastDays * daySeconds} s or more and isLocked: true, or enableObjectRetention: true and a lock on each object`,
		};
	},
});

function unlocked({ urn, label }: Declared): NotKnown {
	const why = "lets each object be locked by itself, and what does that is not in the program";
	return new NotKnown([{ urn, resource: label, setting: "enableObjectRetention", why }]);
}

function retentionOf(lock: Props | undefined): Props | undefined {
	const rule = only(lock?.rule ?? lock?.rules);
	return only(rule?.defaultRetention ?? rule?.defaultRetentions);
}

function daysOf(lock: Props | undefined): number {
	const { days, years } = retentionOf(lock) ?? {};
	return days ?? (years ?? 0) * 365;
}

import { inline, partsOf } from "../cloud/backupBucket.ts";
import type { Props } from "../frame/declared.ts";
import { each } from "../frame/notKnown.ts";
import type { Finding } from "../frame/rule.ts";
import { bucketRule } from "./bucketRule.ts";
import { keptDays } from "./keptDays.ts";

export const bucketLifecycle = bucketRule({
	name: "bucket-lifecycle",
	what: "A bucket for backups lets nothing go by itself before it is to be let go.",
	why: {
		reason:
			"A lifecycle rule knows the age of an object and nothing of what needs it: the full backup goes while the increments and the archive that continue it stay, and cannot be restored any more.",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
	},
	fix: "Let the jobs that know the backups let them go; by lifecycle only what they deleted, and later than keepDays.",
	severity: "high",
	config: {
		keepDays: {
			type: "integer",
			minimum: 1,
			default: 28,
			description:
				"Days for which everything must be kept at least. What the program itself says counts where it is longer: the retention of a plan (tier standard keeps 28 days, critical 35), or of a CronJob's annotation.",
		},
	},
	*aws(bucket, { keepDays: least }, stack) {
		const keepDays = Math.max(least, keptDays(stack));
		const [part] = partsOf(stack, bucket, "BucketLifecycleConfiguration");
		const rules: readonly Props[] = part?.inputs.rules ?? bucket.settings.lifecycleRules ?? [];
		const where = part ? `${part.label}.rules` : "lifecycleRules";
		yield* each(rules, function* (rule, n): Generator<Finding> {
			if (rule.status === "Disabled" || rule.enabled === false) return;
			const days = inline(rule, "expiration", "expirations")?.days;
			const old = inline(rule, "noncurrentVersionExpiration", "noncurrentVersionExpirations");
			const oldDays = old?.noncurrentDays ?? old?.days;
			// A date in place of days is a day on which everything goes.
			const date = inline(rule, "expiration", "expirations")?.date;
			const remedy = `set ${keepDays} or more, or leave it to who knows the backups`;
			if (date !== undefined) yield { setting: `${where}[${n}].expiration.date`, value: date, remedy };
			if (days !== undefined && days < keepDays)
				yield { setting: `${where}[${n}].expiration.days`, value: days, remedy };
			if (oldDays !== undefined && oldDays < keepDays)
				yield { setting: `${where}[${n}].noncurrentVersionExpiration.days`, value: oldDays, remedy };
		});
	},
	*gcp({ settings }, { keepDays: least }, stack) {
		const keepDays = Math.max(least, keptDays(stack));
		const rules: readonly Props[] = settings.lifecycleRules ?? [];
		// What a rule deletes can be brought back for as long; Google's own is a week.
		const soft = (settings.softDeletePolicy?.retentionDurationSeconds ?? 7 * 86_400) / 86_400;
		yield* each(rules, function* ({ action, condition = {} }, n): Generator<Finding> {
			if (action?.type !== "Delete") return;
			const names = ["age", "daysSinceNoncurrentTime"].filter((name) => condition[name] !== undefined);
			// Newer versions are soon there: a number of them is no time.
			const kept = Math.max(0, ...names.map((name) => condition[name])) + soft;
			if (kept >= keepDays) return;
			yield {
				setting: `lifecycleRules[${n}].condition`,
				value: condition,
				remedy: `with softDeletePolicy that is ${kept} days: set age or daysSinceNoncurrentTime, or retentionDurationSeconds, so that it is ${keepDays} or more`,
			};
		});
	},
});

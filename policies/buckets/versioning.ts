import { inline, partsOf } from "../cloud/backupBucket.ts";
import { bucketRule } from "./bucketRule.ts";

export const bucketVersioning = bucketRule({
	name: "bucket-versioning",
	what: "A bucket for backups keeps the versions of what is replaced or deleted.",
	why: {
		reason:
			"Without versions whoever may write to the bucket, or has taken the keys of who may, ends every backup by writing over it.",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
	},
	fix: 'AWS: aws.s3.BucketVersioning with status "Enabled". Google Cloud: versioning.enabled.',
	severity: "high",
	*aws(bucket, _config, stack) {
		const [part] = partsOf(stack, bucket, "BucketVersioning");
		const inlined = inline(bucket.settings, "versioning", "versionings");
		const value = part ? part.inputs.versioningConfiguration?.status : inlined?.enabled;
		if (value === "Enabled" || value === true) return;
		yield {
			setting: part ? `${part.label}.versioningConfiguration.status` : "versioning",
			value,
			remedy: 'declare aws.s3.BucketVersioning for it with status "Enabled"',
		};
	},
	*gcp({ settings }) {
		const value = settings.versioning?.enabled;
		if (value !== true) yield { setting: "versioning.enabled", value, remedy: "set true" };
	},
});

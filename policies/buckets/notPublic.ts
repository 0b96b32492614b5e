import { partsOf } from "../cloud/backupBucket.ts";
import { each } from "../frame/notKnown.ts";
import type { Finding } from "../frame/rule.ts";
import { bucketRule } from "./bucketRule.ts";

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

export const bucketNotPublic = bucketRule({
	name: "bucket-not-public",
	what: "A bucket for backups cannot be made public.",
	why: {
		reason:
			"A backup is all the data. A single policy or ACL that was meant for something else opens a bucket in which public access is not blocked.",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
	},
	fix: "AWS: aws.s3.BucketPublicAccessBlock with all four settings true, for the bucket or the account. Google Cloud: publicAccessPrevention enforced, and uniformBucketLevelAccess.",
	severity: "critical",
	*aws(bucket, _config, stack) {
		const acl = bucket.settings.acl;
		if (/^public-/.test(acl ?? "")) yield { setting: "acl", value: acl, remedy: "take it away" };
		const account = stack.resources.find(
			({ type }) => type === "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
		);
		const part = partsOf(stack, bucket, "BucketPublicAccessBlock")[0] ?? account;
		if (!part)
			yield {
				setting: "BucketPublicAccessBlock",
				value: undefined,
				remedy: `declare one for it with ${blocks.join(", ")}: true`,
			};
		else
			yield* each(blocks, function* (name): Generator<Finding> {
				if (part.inputs[name] === true) return;
				yield { setting: `${part.label}.${name}`, value: part.inputs[name], remedy: "set true" };
			});
	},
	*gcp({ settings: { publicAccessPrevention, uniformBucketLevelAccess } }) {
		if (publicAccessPrevention !== "enforced")
			yield { setting: "publicAccessPrevention", value: publicAccessPrevention, remedy: 'set "enforced"' };
		if (uniformBucketLevelAccess !== true)
			yield {
				setting: "uniformBucketLevelAccess",
				value: uniformBucketLevelAccess,
				remedy: "set true: ACLs of single objects are seen by nobody",
			};
	},
});

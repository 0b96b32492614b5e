import { inline, only, partsOf } from "../cloud/backupBucket.ts";
import { bucketRule } from "./bucketRule.ts";

export const bucketEncryption = bucketRule({
	name: "bucket-encryption",
	what: "A bucket for backups is encrypted with a key of one's own.",
	why: {
		reason:
			"The cloud's own key opens the bucket for everybody who may read it. A key of one's own is a second right that must be given, is written down at each use, and can be taken away.",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
	},
	fix: 'AWS: aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm "aws:kms" and kmsMasterKeyId. Google Cloud: encryption.defaultKmsKeyName.',
	severity: "high",
	*aws(bucket, _config, stack) {
		const [part] = partsOf(stack, bucket, "BucketServerSideEncryptionConfiguration");
		const names = ["serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations"];
		const given = part?.inputs ?? inline(bucket.settings, ...names);
		const rule = only(given?.rule ?? given?.rules);
		const applied = only(rule?.applyServerSideEncryptionByDefault ?? rule?.applyServerSideEncryptionByDefaults);
		const where = part?.label ?? "serverSideEncryptionConfiguration";
		const algorithm = applied?.sseAlgorithm;
		if (!/^aws:kms/.test(algorithm ?? ""))
			yield { setting: `${where}.sseAlgorithm`, value: algorithm, remedy: 'set "aws:kms", and kmsMasterKeyId' };
		// Known to be there, though which one it is may be known only later.
		else if (!("kmsMasterKeyId" in applied))
			yield { setting: `${where}.kmsMasterKeyId`, value: undefined, remedy: "name a key of your own" };
	},
	*gcp({ settings: { encryption } }) {
		if (encryption && "defaultKmsKeyName" in encryption) return;
		yield { setting: "encryption.defaultKmsKeyName", value: undefined, remedy: "name a key of your own" };
	},
});

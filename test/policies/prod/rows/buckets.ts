import type { Setting } from "../row.ts";

type Changes = NonNullable<Setting["declared"]>;

/** Over production as it is, whose buckets the stack makes. */
const aws = (title: string, rule: string, declared: Changes): Setting => ({ title, cloud: "aws", declared, rule });
const gcp = (title: string, rule: string, declared: Changes): Setting => ({ title, cloud: "gcp", declared, rule });

/** What a bucket's policy says without a word of TLS. */
const anyTransport = JSON.stringify({ Version: "2012-10-17", Statement: [] });

type Rules = readonly { readonly destination?: object; readonly id?: string }[];

/** Family "buckets". */
export const bucketsRows: readonly Setting[] = [
	aws("versions that are no longer kept", "bucket-versioning", {
		"BucketVersioning near": { "versioningConfiguration.status": "Suspended" },
	}),
	aws("a lock of a day", "bucket-lock", {
		"BucketObjectLockConfiguration far": { "rule.defaultRetention.days": 1 },
	}),
	aws("policies that make it public", "bucket-not-public", {
		"BucketPublicAccessBlock near": { blockPublicPolicy: false },
	}),
	aws("S3's own key", "bucket-encryption", {
		"BucketServerSideEncryptionConfiguration far": {
			rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
		},
	}),
	aws("copies of which nobody says when they are there", "bucket-replication", {
		"BucketReplicationConfig replication": {
			rules: (rules: Rules) =>
				rules.map((rule) => ({ ...rule, destination: { ...rule.destination, replicationTime: undefined } })),
		},
	}),
	aws("a lifecycle of a week", "bucket-lifecycle", {
		"BucketLifecycleConfiguration near": { "rules[0].noncurrentVersionExpiration.noncurrentDays": 7 },
	}),
	{
		...aws("plain HTTP", "bucket-tls", { "BucketPolicy far": { policy: anyTransport } }),
		// The other bucket's policy names keys that are not made yet.
		open: true,
	},
	aws("a bucket that is emptied first", "bucket-protected", { "Bucket near": { forceDestroy: true } }),
	gcp("no versions", "bucket-versioning", { "Bucket near": { "versioning.enabled": false } }),
	gcp("no locks", "bucket-lock", { "Bucket far": { enableObjectRetention: undefined } }),
	gcp("a bucket that may be made public", "bucket-not-public", {
		"Bucket near": { publicAccessPrevention: "inherited" },
	}),
	gcp("Google's own key", "bucket-encryption", { "Bucket far": { encryption: undefined } }),
	gcp("a week until all is gone", "bucket-lifecycle", {
		"Bucket near": {
			lifecycleRules: [{ action: { type: "Delete" }, condition: { age: 1 } }],
			softDeletePolicy: { retentionDurationSeconds: 6 * 86_400 },
		},
	}),
	gcp("a key that any destroy takes", "bucket-protected", { "CryptoKey near": { protect: false } }),
];

import { idOf, object, type Resource } from "../program.ts";
import { gcpBucket, inlineBucket, splitBucket } from "../soundBuckets.ts";
import type { Case, CaseTable } from "./case.ts";

/** A program of buckets alone. */
function buckets(
	title: string,
	program: (namespace: string) => readonly Resource[],
	says: readonly string[] = [],
): Case {
	return { title, only: true, more: program, says };
}

/** The sound buckets of either shape, with a part changed: of separate resources by kind, null takes it away. */
const split = (title: string, changes: Parameters<typeof splitBucket>[0], ...says: string[]) =>
	buckets(title, () => splitBucket(changes), says);
const whole = (title: string, changes: object, ...says: string[]) => buckets(title, () => inlineBucket(changes), says);
const google = (title: string, changes: object, ...says: string[]) => buckets(title, () => gcpBucket(changes), says);

const near = "Bucket mysql-backups";
const timedRule = {
	id: "all",
	status: "Enabled",
	destination: { bucket: idOf("far"), replicationTime: { status: "Enabled", time: { minutes: 15 } } },
};

export const bucketsCases: CaseTable = {
	"bucket-versioning": {
		refuses: [
			split("none", { BucketVersioning: null }, `${near}: versioning is not set`),
			split(
				"one that is suspended",
				{ BucketVersioning: { versioningConfiguration: { status: "Suspended" } } },
				`${near}: BucketVersioning mysql-backups.versioningConfiguration.status is "Suspended"`,
			),
			whole("off in the bucket itself", { versioning: { enabled: false } }, `${near}: versioning is false`),
			google("off in Google Cloud", { versioning: undefined }, "Bucket mysql-backups: versioning.enabled is not set"),
			buckets("none of a bucket that is marked", () => [marked("true")], ["Bucket things: versioning is not set"]),
		].map(also("bucket-versioning")),
		accepts: [
			split("by a resource of its own", {}),
			whole("in the bucket itself", {}),
			google("in Google Cloud", {}),
			buckets("none of a bucket for logs", () => [bucketOf("mysql-backups-access-logs"), bucketOf("assets")]),
			buckets("none of a bucket that is marked as another", () => [marked("false")]),
			buckets("none of backups of something else", () => [bucketOf("etcd-backups")]),
			buckets("older resources", () => splitBucket({}, "V2")),
		],
	},
	"bucket-lock": {
		refuses: [
			split("none", { Bucket: { objectLockEnabled: undefined } }, `${near}: objectLockEnabled is not set`),
			split(
				"one without a time",
				{ BucketObjectLockConfiguration: null },
				`${near}: objectLockConfiguration.rule.defaultRetention is not set`,
			),
			split(
				"a day",
				{ BucketObjectLockConfiguration: { rule: { defaultRetention: { mode: "COMPLIANCE", days: 1 } } } },
				`${near}: BucketObjectLockConfiguration mysql-backups.rule.defaultRetention is {`,
			),
			google("none in Google Cloud", { retentionPolicy: undefined }, `${near}: enableObjectRetention is not set`),
			google(
				"an hour in Google Cloud",
				{ retentionPolicy: { retentionPeriod: "3600", isLocked: true } },
				`${near}: retentionPolicy.retentionPeriod is "3600"`,
			),
			google(
				"a policy that may be taken away",
				{ retentionPolicy: { retentionPeriod: "2678400" } },
				`${near}: retentionPolicy.isLocked is not set`,
			),
			{
				...google("locks that somebody may set", { retentionPolicy: undefined, enableObjectRetention: true }),
				open: [`${near}: enableObjectRetention lets each object be locked by itself`],
			},
		],
		accepts: [
			split("years", {
				BucketObjectLockConfiguration: { rule: { defaultRetention: { mode: "COMPLIANCE", years: 1 } } },
			}),
			google("a policy of the whole bucket", {}),
		],
	},
	"bucket-not-public": {
		refuses: [
			split("nothing that blocks it", { BucketPublicAccessBlock: null }, `${near}: BucketPublicAccessBlock is not set`),
			split(
				"policies that are not blocked",
				{ BucketPublicAccessBlock: { blockPublicPolicy: false } },
				`${near}: BucketPublicAccessBlock mysql-backups.blockPublicPolicy is false`,
			),
			split("an ACL for everybody", { Bucket: { acl: "public-read" } }, `${near}: acl is "public-read"`),
			google(
				"not enforced in Google Cloud",
				{ publicAccessPrevention: "inherited" },
				`${near}: publicAccessPrevention is "inherited"`,
			),
		],
		accepts: [
			// In a preview of its own: it holds for every bucket there.
			{
				...buckets("a block of the whole account", () => [
					...splitBucket({ BucketPublicAccessBlock: null }),
					{ ...accountBlock, name: "account" },
				]),
				config: {},
			},
		],
	},
	"bucket-encryption": {
		refuses: [
			split(
				"S3's own key",
				{ BucketServerSideEncryptionConfiguration: null },
				`${near}: serverSideEncryptionConfiguration.sseAlgorithm is not set`,
			),
			split(
				"AWS's own key",
				{
					BucketServerSideEncryptionConfiguration: {
						rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
					},
				},
				`${near}: BucketServerSideEncryptionConfiguration mysql-backups.kmsMasterKeyId is not set`,
			),
			whole(
				"AES256 in the bucket itself",
				{
					serverSideEncryptionConfiguration: {
						rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
					},
				},
				`${near}: serverSideEncryptionConfiguration.sseAlgorithm is "AES256"`,
			),
			google("Google's own key", { encryption: undefined }, `${near}: encryption.defaultKmsKeyName is not set`),
		],
		accepts: [split("a key whose ARN is known only later", {})],
	},
	"bucket-replication": {
		refuses: [
			split(
				"none",
				{ BucketReplicationConfig: null },
				`${near}: BucketReplicationConfig is not set`,
				far("BucketReplicationConfig is not set"),
			),
			split(
				"without a time",
				{
					BucketReplicationConfig: {
						rules: [{ id: "all", status: "Enabled", destination: { bucket: "<id of far>" } }],
					},
				},
				`${near}: BucketReplicationConfig mysql-backups.rules[0].destination.replicationTime is not set`,
			),
			split("into the same region", { Bucket: { region: "eu-west-1" } }, `${near}: region is "eu-west-1"`),
			buckets(
				"into the same region, by its provider",
				() =>
					[
						{ type: "pulumi:providers:aws", name: "frankfurt", props: { region: "eu-central-1", ...offline } },
						...splitBucket({ Bucket: { region: undefined } }).map((one) =>
							one.type.endsWith(":Bucket")
								? { ...one, provider: "frankfurt", props: { ...one.props, region: undefined } }
								: one,
						),
					].map((one) => JSON.parse(JSON.stringify(one))),
				[`${near}: region is "eu-central-1"`],
			),
			buckets("two that replicate to each other, without a time", () => both, [
				`${near}: BucketReplicationConfig mysql-backups.rules[0].destination.replicationTime is not set`,
				far("BucketReplicationConfig far.rules[0].destination.replicationTime is not set"),
			]),
			whole(
				"a time that is switched off",
				{
					replicationConfiguration: {
						role: "arn:aws:iam::111122223333:role/replication",
						rules: [
							{
								id: "all",
								status: "Enabled",
								destination: {
									bucket: "arn:aws:s3:::elsewhere",
									replicationTime: { status: "Disabled", minutes: 15 },
								},
							},
						],
					},
				},
				`${near}: replicationConfiguration.rules[0].destination.replicationTime is {`,
			),
			{
				...split("a part of the bucket", {
					BucketReplicationConfig: { rules: [{ ...timedRule, filter: { prefix: "archive/" } }] },
				}),
				open: [
					"Bucket mysql-backups: BucketReplicationConfig mysql-backups.rules[0].filter leaves a part of the bucket out",
				],
			},
			google("a multi-region, which has no time", { location: "EU", rpo: undefined }, `${near}: location is "EU"`),
			google("one region of Google Cloud", { location: "europe-west1" }, `${near}: location is "europe-west1"`),
			google("two regions, within hours", { rpo: undefined }, `${near}: rpo is not set`),
		],
		accepts: [
			google("two regions", {
				location: "EU",
				customPlacementConfig: { dataLocations: ["EUROPE-WEST1", "EUROPE-WEST4"] },
			}),
			buckets("a transfer job", () => [
				...gcpBucket({ location: "europe-west1", rpo: undefined }),
				{ type: "gcp:storage/transferJob:TransferJob", name: "transfer", props: transfer },
			]),
		],
	},
	"bucket-lifecycle": {
		refuses: [
			split(
				"a week",
				{ BucketLifecycleConfiguration: { rules: [{ id: "old", status: "Enabled", expiration: { days: 7 } }] } },
				`${near}: BucketLifecycleConfiguration mysql-backups.rules[0].expiration.days is 7`,
			),
			whole(
				"a day for what was replaced",
				{ lifecycleRules: [{ enabled: true, noncurrentVersionExpiration: { days: 1 } }] },
				`${near}: lifecycleRules[0].noncurrentVersionExpiration.days is 1`,
			),
			google(
				"a week of Google Cloud",
				{ lifecycleRules: [{ action: { type: "Delete" }, condition: { age: 7 } }] },
				`${near}: lifecycleRules[0].condition is {`,
			),
			google(
				"what has a newer version",
				{ lifecycleRules: [{ action: { type: "Delete" }, condition: { numNewerVersions: 1 } }] },
				`${near}: lifecycleRules[0].condition is {`,
			),
			{
				...buckets(
					"a month, where a job keeps its copies for half a year",
					(namespace) => [
						...splitBucket({
							BucketLifecycleConfiguration: { rules: [{ id: "old", status: "Enabled", expiration: { days: 30 } }] },
						}),
						kept(namespace, "180d"),
					],
					[`${near}: BucketLifecycleConfiguration mysql-backups.rules[0].expiration.days is 30`],
				),
				// What one job keeps holds for every bucket of a preview.
				rulesAlone: true,
			},
			{
				...split(
					"less than is kept",
					{ BucketLifecycleConfiguration: { rules: [{ id: "old", status: "Enabled", expiration: { days: 90 } }] } },
					`${near}: BucketLifecycleConfiguration mysql-backups.rules[0].expiration.days is 90`,
				),
				config: { keepDays: 365 },
				rulesAlone: true,
			},
		],
		accepts: [
			split("a rule that is switched off", {
				BucketLifecycleConfiguration: { rules: [{ id: "old", status: "Disabled", expiration: { days: 7 } }] },
			}),
			google("what has newer versions, after months", {
				lifecycleRules: [{ action: { type: "Delete" }, condition: { age: 60, numNewerVersions: 3 } }],
			}),
			google("a day, and three months in which it can be brought back", {
				softDeletePolicy: { retentionDurationSeconds: 90 * 86_400 },
				lifecycleRules: [{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 1 } }],
			}),
		],
	},
	"bucket-protected": {
		refuses: [
			buckets("a bucket that any destroy takes", () => splitBucket({}).map((one) => ({ ...one, protect: false })), [
				`${near}: protect is false`,
				far("protect is false"),
			]),
			split("one that is emptied first", { Bucket: { forceDestroy: true } }, `${near}: forceDestroy is true`),
			google("one of Google Cloud that is emptied first", { forceDestroy: true }, `${near}: forceDestroy is true`),
			buckets("a key that any destroy takes", () => withKey(false), ["Key backups: protect is false"]),
		],
		accepts: [buckets("bucket and key", () => withKey(true))],
	},
	"bucket-tls": {
		refuses: [
			split("no policy", { BucketPolicy: null }, `${near}: BucketPolicy is not set`),
			split(
				"a policy for something else",
				{
					BucketPolicy: {
						policy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:*" }] }),
					},
				},
				`${near}: BucketPolicy is not set`,
			),
			{
				...google("Google Cloud, where nobody says what the organisation has", {}),
				config: { organisation: false },
				rulesAlone: true,
				open: [`${near}: storage.secureHttpTransport is a policy of the organisation`],
			},
			{
				...split("a policy that is known only later", { BucketPolicy: { policy: "<not known yet>" } }),
				open: ["BucketPolicy mysql-backups: policy is not known before it is deployed"],
			},
		],
		accepts: [
			whole("a policy in the bucket itself", {}),
			{ ...google("a policy of the organisation, as it is said", {}), config: { organisation: true } },
		],
	},
};

/** Each to the other. */
const both = splitBucket({}).flatMap((one): Resource[] => {
	if (!one.type.endsWith(":BucketReplicationConfig")) return [one];
	const to = (name: string) => [{ id: "all", status: "Enabled", destination: { bucket: idOf(name) } }];
	return [
		{ ...one, props: { ...one.props, rules: to("far") } },
		{ ...one, name: "far", props: { ...one.props, bucket: idOf("far"), rules: to("mysql-backups") } },
	];
});
/** A provider that asks nobody. */
const offline = { skipCredentialsValidation: true, skipRequestingAccountId: true };

function far(rest: string): string {
	return `Bucket far: ${rest}`;
}

/** A bucket without anything breaks the other rules of its family too. */
function also(rule: string) {
	const others = ["bucket-lock", "bucket-not-public", "bucket-encryption", "bucket-replication", "bucket-tls"].concat(
		"bucket-protected",
	);
	return (one: Case): Case =>
		one.title.startsWith("none of a bucket") ? { ...one, also: others.filter((name) => name !== rule) } : one;
}

const bucketOf = (name: string): Resource => ({ type: "aws:s3/bucket:Bucket", name, props: { bucket: name } });

function marked(as: string): Resource {
	const props = { bucket: "things", tags: { "mysql-dr-backups": as } };
	return { type: "aws:s3/bucket:Bucket", name: as === "true" ? "things" : "mysql-backups", props };
}

/** With a key of the same program. */
function withKey(protect: boolean): Resource[] {
	const applied = { sseAlgorithm: "aws:kms", kmsMasterKeyId: idOf("backups") };
	return [
		{ type: "aws:kms/key:Key", name: "backups", props: { enableKeyRotation: true }, protect },
		...splitBucket({
			BucketServerSideEncryptionConfiguration: { rules: [{ applyServerSideEncryptionByDefault: applied }] },
		}),
	];
}

/** A job that says for how long its copies are kept. */
function kept(namespace: string, retention: string): Resource {
	const metadata = { name: "copies", namespace, annotations: { "mysql-dr/backup-retention": retention } };
	const spec = { restartPolicy: "Never", containers: [{ name: "copies", image: "company/copies:1" }] };
	return object("batch/v1", "CronJob", {
		metadata,
		spec: { schedule: "0 2 * * *", jobTemplate: { spec: { template: { spec } } } },
	});
}

const accountBlock = {
	type: "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
	props: { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
};

const transfer = {
	description: "to the other region",
	replicationSpec: { gcsDataSource: { bucketName: "<id of mysql-backups>" }, gcsDataSink: { bucketName: "elsewhere" } },
};

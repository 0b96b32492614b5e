/** Buckets for backups as a careful stranger would declare them, in each of the shapes that there are. */
import { idOf, type Resource } from "./program.ts";

/** By kind; null takes the resource away. */
type Parts = Readonly<Record<string, object | null>>;

const key = "arn:aws:kms:eu-central-1:111122223333:key/mrk-1";
const nothingPublic = {
	blockPublicAcls: true,
	blockPublicPolicy: true,
	ignorePublicAcls: true,
	restrictPublicBuckets: true,
};
const retention = { rule: { defaultRetention: { mode: "GOVERNANCE", days: 14 } } };
const encryption = { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key } };
const replicationTime = { status: "Enabled", time: { minutes: 15 } };
const tls = JSON.stringify({
	Version: "2012-10-17",
	Statement: [
		{
			Effect: "Deny",
			Principal: "*",
			Action: "s3:*",
			Resource: "*",
			Condition: { Bool: { "aws:SecureTransport": "false" } },
		},
	],
});

/** One bucket and its settings as resources of their own, and another one in which it is copied. */
export function splitBucket(changes: Parts, version = ""): Resource[] {
	const own: Readonly<Record<string, object>> = {
		BucketVersioning: { versioningConfiguration: { status: "Enabled" } },
		BucketObjectLockConfiguration: retention,
		BucketServerSideEncryptionConfiguration: { rules: [encryption] },
		BucketPublicAccessBlock: nothingPublic,
		BucketPolicy: { policy: tls },
	};
	const near: Readonly<Record<string, object>> = {
		...own,
		BucketReplicationConfig: {
			role: "arn:aws:iam::111122223333:role/replication",
			rules: [{ id: "all", status: "Enabled", destination: { bucket: idOf("far"), replicationTime } }],
		},
		BucketLifecycleConfiguration: {
			rules: [{ id: "old", status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 60 } }],
		},
	};
	const props = { objectLockEnabled: true, region: "eu-central-1", ...changes.Bucket };
	return [
		bucket("far", { bucket: "mysql-backups-far", objectLockEnabled: true, region: "eu-west-1" }),
		...parts("far", own, {}, version),
		bucket("mysql-backups", { bucket: "shop-mysql-backups", ...props }),
		...parts("mysql-backups", near, changes, version),
	];
}

function parts(name: string, declared: Readonly<Record<string, object>>, changes: Parts, version: string): Resource[] {
	return Object.entries(declared)
		.filter(([kind]) => changes[kind] !== null)
		.map(([kind, props]) => ({
			type: typeOf(kind, kind === "BucketPolicy" || kind === "BucketPublicAccessBlock" ? "" : version),
			name,
			props: { bucket: idOf(name), ...props, ...changes[kind] },
		}));
}

function typeOf(kind: string, version: string): string {
	const known = kind === "BucketReplicationConfig" ? kind : `${kind}${version}`;
	return `aws:s3/${known.slice(0, 1).toLowerCase()}${known.slice(1)}:${known}`;
}

/** The older way: everything in the bucket itself; what blocks public access was always apart. */
export function inlineBucket(changes: object): Resource[] {
	const replicationConfiguration = {
		role: "arn:aws:iam::111122223333:role/replication",
		rules: [
			{
				id: "all",
				status: "Enabled",
				destination: { bucket: "arn:aws:s3:::elsewhere", replicationTime: { status: "Enabled", minutes: 15 } },
			},
		],
	};
	return [
		bucket("mysql-backups", {
			bucket: "mysql-backups",
			versioning: { enabled: true },
			objectLockConfiguration: { objectLockEnabled: "Enabled", ...retention },
			serverSideEncryptionConfiguration: { rule: encryption },
			replicationConfiguration,
			lifecycleRules: [{ enabled: true, expiration: { days: 90 } }],
			policy: tls,
			...changes,
		}),
		{
			type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
			name: "mysql-backups",
			props: { bucket: "mysql-backups", ...nothingPublic },
		},
	];
}

export function gcpBucket(changes: object): Resource[] {
	const props = {
		name: "mysql-backups",
		location: "EUR4",
		rpo: "ASYNC_TURBO",
		versioning: { enabled: true },
		retentionPolicy: { retentionPeriod: "2678400", isLocked: true },
		publicAccessPrevention: "enforced",
		uniformBucketLevelAccess: true,
		encryption: { defaultKmsKeyName: "projects/company/locations/eur4/keyRings/dr/cryptoKeys/backups" },
		...changes,
	};
	return [
		{
			type: "gcp:storage/bucket:Bucket",
			name: "mysql-backups",
			props: JSON.parse(JSON.stringify(props)),
			protect: true,
		},
	];
}

function bucket(name: string, props: object): Resource {
	return { type: "aws:s3/bucket:Bucket", name, props: JSON.parse(JSON.stringify(props)), protect: true };
}

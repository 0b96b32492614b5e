/** Who may do what with the buckets, in the words of IAM. Pure: policy documents from names. */
import type { Place } from "../../naming.ts";
import { type Identity, rightsOf } from "../layout.ts";
import type { BucketPlan } from "../made.ts";

export interface Statement {
	readonly Sid: string;
	readonly Effect: "Allow" | "Deny";
	readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
	readonly Action: readonly string[];
	readonly Resource?: readonly string[];
	readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
	readonly Version: "2012-10-17";
	readonly Statement: readonly Statement[];
}

const document = (...statements: readonly (Statement | null)[]): PolicyDocument => ({
	Version: "2012-10-17",
	Statement: statements.filter((statement) => statement !== null),
});

/** Regions of China and of the US government have ARNs of their own. */
export function partitionOf(region: string): string {
	if (region.startsWith("cn-")) return "aws-cn";
	return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

export const bucketArn = ({ bucket, region }: BucketPlan): string => `arn:${partitionOf(region)}:s3:::${bucket}`;

/** Of a statement on objects; null where there are none. */
function on(buckets: readonly string[], keys: readonly string[], Sid: string, Action: readonly string[]) {
	if (keys.length === 0) return null;
	const Resource = buckets.flatMap((bucket) => keys.map((key) => `${bucket}/${key}*`));
	return { Sid, Effect: "Allow", Action, Resource } as const;
}

/**
 * What one identity may do with the objects.
 * @param buckets their ARNs
 */
export function objectPolicy(identity: Identity, cluster: string, buckets: readonly string[]): PolicyDocument {
	const { reads, writes, hides, forgets } = rightsOf(identity, cluster);
	return document(
		// Without it S3 says 403 of an object that is not there. It cannot be limited to keys: a HEAD request has no prefix.
		{ Sid: "List", Effect: "Allow", Action: ["s3:ListBucket"], Resource: buckets },
		on(buckets, reads, "Read", ["s3:GetObject"]),
		on(buckets, writes, "Write", ["s3:PutObject", "s3:PutObjectRetention", "s3:AbortMultipartUpload"]),
		on(buckets, hides, "Hide", ["s3:DeleteObject"]),
		// By version alone: so that a locked object cannot be hidden behind a delete marker either.
		on(buckets, forgets, "Forget", ["s3:DeleteObjectVersion"]),
	);
}

/** S3 uses the key in the name of whoever reads or writes; a restorer only reads. */
export function keyPolicy(identity: Identity, keys: readonly string[]): PolicyDocument {
	const Action = identity === "restorer" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"];
	return document({ Sid: "Keys", Effect: "Allow", Action, Resource: keys });
}

/** The path of the roles that have to do with a stack's stores. @param called the beginning of the buckets' names */
export const rolePath = (called: string, whose: Identity | "override"): string => `/mysql-dr/${called}/${whose}/`;

/** What a bucket's policy is made of besides the bucket. */
export interface Guards {
	/** The ARN of its key, which is in the account that the roles are in. */
	readonly key: string;
	/** The beginning of the buckets' names, which is in the roles' path. */
	readonly called: string;
	/** Whether there is a role that may delete before the time. */
	readonly overridden: boolean;
}

/**
 * What nobody may, whatever his own rights are. Roles are named by their path, so that another stack that rebuilds a lost
 * cluster can bring its own: who may make roles there could let himself into one that is named just as well.
 */
export function bucketPolicy(plan: BucketPlan, { key, called, overridden }: Guards): PolicyDocument {
	const bucket = bucketArn(plan);
	const both = [bucket, `${bucket}/*`];
	const account = key.split(":")[4];
	const roles = (whose: Identity | "override") =>
		`arn:${partitionOf(plan.region)}:iam::${account}:role${rolePath(called, whose)}*`;
	const denied = { Effect: "Deny", Principal: "*" } as const;
	const except = (arns: readonly string[]) =>
		arns.length === 0 ? {} : { Condition: { ArnNotLike: { "aws:PrincipalArn": arns } } };
	const overrides = overridden ? [roles("override")] : [];
	const encryption = "s3:x-amz-server-side-encryption";
	/** Who names none gets the bucket's own; a missing key makes a negated condition true, so it is asked for besides. */
	const other = (header: string, value: string) => ({
		Condition: { Null: { [header]: "false" }, StringNotEquals: { [header]: value } },
	});
	return document(
		{
			...{ Sid: "TlsOnly", ...denied, Action: ["s3:*"], Resource: both },
			Condition: { Bool: { "aws:SecureTransport": "false" } },
		},
		{
			...{ Sid: "NoOldTls", ...denied, Action: ["s3:*"], Resource: both },
			Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
		},
		{ Sid: "KmsOnly", ...denied, Action: ["s3:PutObject"], Resource: [`${bucket}/*`], ...other(encryption, "aws:kms") },
		{
			...{ Sid: "ThisKeyOnly", ...denied, Action: ["s3:PutObject"], Resource: [`${bucket}/*`] },
			...other(`${encryption}-aws-kms-key-id`, key),
		},
		{
			...{ Sid: "DeletedByJobsAlone", ...denied, Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"] },
			...{ Resource: [`${bucket}/*`], ...except([roles("jobs"), ...overrides]) },
		},
		{
			...{ Sid: "KeptByAll", ...denied, Action: ["s3:BypassGovernanceRetention", "s3:DeleteBucket"] },
			...{ Resource: both, ...except(overrides) },
		},
	);
}

/** Of the role that may delete before the time. A key must be found at three in the morning: no MFA is asked for here. */
export function overridePolicy(buckets: readonly string[]): PolicyDocument {
	const Resource = buckets.flatMap((bucket) => [bucket, `${bucket}/*`]);
	const objects = ["s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObject", "s3:DeleteObjectVersion"];
	const lists = ["s3:ListBucket", "s3:ListBucketVersions"];
	const Action = [...lists, ...objects, "s3:GetObjectRetention", "s3:BypassGovernanceRetention"];
	return document({ Sid: "Override", Effect: "Allow", Action, Resource });
}

/** What it reads is encrypted with the buckets' keys. @param keys their ARNs */
export const overrideKeyPolicy = (keys: readonly string[]): PolicyDocument => keyPolicy("restorer", keys);

/** Who may take the role of a database's pods: by Pod Identity, whose session tags say which pods of which cluster ask. */
export function podTrust(place: Place, account: string, cluster: string): PolicyDocument {
	return document({
		...{ Sid: "Pods", Effect: "Allow", Principal: { Service: "pods.eks.amazonaws.com" } },
		Action: ["sts:AssumeRole", "sts:TagSession"],
		Condition: {
			StringEquals: {
				"aws:RequestTag/eks-cluster-name": cluster,
				"aws:RequestTag/kubernetes-namespace": place.namespace,
				"aws:RequestTag/kubernetes-service-account": account,
			},
		},
	});
}

/** The same by IRSA. @param provider the ARN of the cluster's OIDC provider */
export function webIdentityTrust(place: Place, account: string, provider: string): PolicyDocument {
	const issuer = provider.slice(provider.indexOf(":oidc-provider/") + ":oidc-provider/".length);
	return document({
		...{ Sid: "Pods", Effect: "Allow", Principal: { Federated: provider }, Action: ["sts:AssumeRoleWithWebIdentity"] },
		Condition: {
			StringEquals: {
				[`${issuer}:sub`]: `system:serviceaccount:${place.namespace}:${account}`,
				[`${issuer}:aud`]: "sts.amazonaws.com",
			},
		},
	});
}

export const serviceTrust = (service: string): PolicyDocument =>
	document({ Sid: "Service", Effect: "Allow", Principal: { Service: service }, Action: ["sts:AssumeRole"] });

export const principalTrust = (principals: readonly string[]): PolicyDocument =>
	document({ Sid: "People", Effect: "Allow", Principal: { AWS: principals }, Action: ["sts:AssumeRole"] });

/** What S3 may do in our name to bring objects from one bucket to the other; deletions never. */
export function replicationPolicy(near: string, far: string): PolicyDocument {
	const versions = ["GetObjectVersionForReplication", "GetObjectVersionAcl", "GetObjectVersionTagging"];
	const locks = ["GetObjectRetention", "GetObjectLegalHold"];
	return document(
		{
			...{ Sid: "Source", Effect: "Allow", Resource: [near] },
			Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
		},
		{
			...{ Sid: "Objects", Effect: "Allow", Resource: [`${near}/*`] },
			Action: [...versions, ...locks].map((action) => `s3:${action}`),
		},
		{
			...{ Sid: "Replicas", Effect: "Allow", Resource: [`${far}/*`] },
			Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
		},
	);
}

/** @param keys ARNs of the keys of both regions */
export function replicationKeyPolicy(keys: { readonly near: string; readonly far: string }): PolicyDocument {
	return document(
		{ Sid: "Decrypt", Effect: "Allow", Action: ["kms:Decrypt"], Resource: [keys.near] },
		{ Sid: "Encrypt", Effect: "Allow", Action: ["kms:Encrypt", "kms:GenerateDataKey"], Resource: [keys.far] },
	);
}

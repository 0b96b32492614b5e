/** One bucket of the stack, and all that protects what is in it. */

import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import type * as pulumi from "@pulumi/pulumi";
import type { BucketPlan, MadeStoresArgs } from "../made.ts";
import { lifecycleRules } from "./lifecycle.ts";

export interface DeclaredBucket {
	readonly bucket: Bucket;
	/** What must be there before objects come. */
	readonly ready: readonly pulumi.Resource[];
}

/**
 * *Data*: the bucket is protected, and stays when the stack goes.
 * @param key the ARN of the region's key
 */
export function declareBucket(
	name: string,
	{ bucket: called, region }: BucketPlan,
	{ objectLock, databases }: MadeStoresArgs,
	key: pulumi.Input<string>,
	opts: pulumi.CustomResourceOptions,
): DeclaredBucket {
	const kept = { ...opts, protect: true, retainOnDelete: true };
	const bucket = new Bucket(name, { bucket: called, region, objectLockEnabled: true }, kept);
	const of = { bucket: bucket.bucket, region };
	const versioning = new BucketVersioning(
		name,
		{ ...of, versioningConfiguration: { status: "Enabled" } },
		{ ...opts, retainOnDelete: true },
	);
	const after = { ...opts, dependsOn: versioning, retainOnDelete: true };
	const ready = [
		versioning,
		new BucketObjectLockConfiguration(name, { ...of, rule: lockRule(objectLock) }, after),
		new BucketServerSideEncryptionConfiguration(name, { ...of, rules: [encryptionRule(key)] }, after),
		new BucketPublicAccessBlock(name, { ...of, ...nothingPublic }, after),
		new BucketOwnershipControls(name, { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } }, after),
	];
	new BucketLifecycleConfiguration(name, { ...of, rules: lifecycleRules(databases) }, after);
	return { bucket, ready };
}

/** Of what nobody locks himself: restic's files. */
function lockRule({ mode, days }: MadeStoresArgs["objectLock"]) {
	return { defaultRetention: { mode: mode === "compliance" ? "COMPLIANCE" : "GOVERNANCE", days } };
}

/** One request to KMS for many objects: the archive writes small ones every few seconds. */
function encryptionRule(key: pulumi.Input<string>) {
	return {
		applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key },
		bucketKeyEnabled: true,
		blockedEncryptionTypes: ["SSE-C"],
	};
}

const nothingPublic = {
	blockPublicAcls: true,
	blockPublicPolicy: true,
	ignorePublicAcls: true,
	restrictPublicBuckets: true,
};

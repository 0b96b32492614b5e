import { getKeyOutput } from "@pulumi/aws/kms/getKey.js";
import { getBucketOutput } from "@pulumi/aws/s3/getBucket.js";
import * as pulumi from "@pulumi/pulumi";
import { declareIdentities, type PodRecognition } from "./aws/identities.ts";
import { type Keys, keyAlias } from "./aws/keys.ts";
import { declareProvider } from "./aws/provider.ts";
import type { BucketPlan, DatabaseAccess, MadeStores, MadeStoresArgs } from "./made.ts";

/** What the roles at stores of another stack are declared from. */
export interface AdoptedAwsStoresArgs extends MadeStoresArgs, PodRecognition {}

/**
 * The S3 buckets that another stack has made, with roles of this stack's own for the pods that use them: what is needed to
 * rebuild a lost cluster in a stack of its own. Buckets, keys, replication and alarms stay that stack's.
 *
 * The buckets' policies let this stack's jobs delete what is no longer kept, since they name them by their path.
 */
export class AdoptedAwsStores extends pulumi.ComponentResource implements MadeStores {
	readonly access: Readonly<Record<string, DatabaseAccess>>;

	/** The preview fails where a bucket or a key is not there. */
	constructor(name: string, args: AdoptedAwsStoresArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:AdoptedAwsStores", name, {}, opts);
		const { near, far, name: called } = args;
		const own = { parent: this, provider: declareProvider(name, near.region, this) };

		const keys: Keys = { near: findKey(called, near, own), far: findKey(called, far, own) };
		const access = args.databases.map((one) => [one.cluster, declareIdentities(one, args, keys, own)]);
		this.access = Object.fromEntries(access);

		this.registerOutputs({ near: near.bucket, far: far.bucket });
	}
}

/** @returns the key's ARN, once its bucket is found as well */
function findKey(called: string, { bucket, region }: BucketPlan, opts: pulumi.InvokeOptions): pulumi.Output<string> {
	const found = getBucketOutput({ bucket, region }, opts);
	const key = getKeyOutput({ keyId: keyAlias(called), region }, opts);
	return pulumi.all([key.arn, found.arn]).apply(([arn]) => arn);
}

import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import type { Receivers } from "../alarms.ts";
import { type DeclaredBucket, declareBucket } from "./aws/bucket.ts";
import { declareIdentities, type PodRecognition } from "./aws/identities.ts";
import { declareKeys, type Keys } from "./aws/keys.ts";
import {
	bucketArn,
	bucketPolicy,
	overrideKeyPolicy,
	overridePolicy,
	principalTrust,
	rolePath,
} from "./aws/policies.ts";
import { declareProvider } from "./aws/provider.ts";
import { declareReplication } from "./aws/replication.ts";
import type { BucketPlan, DatabaseAccess, MadeStores, MadeStoresArgs } from "./made.ts";

/** What stores in AWS are declared from. */
export interface AwsStoresArgs extends MadeStoresArgs, PodRecognition {
	/** ARNs of those who may take the role that deletes before the time. Default: nobody, and there is no such role. */
	readonly override?: readonly string[] | undefined;
	/** Told when replication is late (in the far region) or fails (in the near one). Default: nobody; the alarms are there. */
	readonly receivers?: Receivers | undefined;
}

/**
 * Two S3 buckets in two regions, with their keys, what nobody may do with them, and a role for each of the pods that use
 * them. Billed by use: docs/clouds.md has figures.
 *
 * *Data*: buckets and keys are protected, and stay when the stack goes.
 */
export class AwsStores extends pulumi.ComponentResource implements MadeStores {
	readonly access: Readonly<Record<string, DatabaseAccess>>;

	constructor(name: string, args: AwsStoresArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:AwsStores", name, args, opts);
		const { near, far } = args;
		const provider = declareProvider(name, near.region, this);
		const own = { parent: this, provider };

		const keys = declareKeys(name, args, own);
		const source = declareBucket(`${name}-near`, near, args, keys.near, own);
		const target = declareBucket(`${name}-far`, far, args, keys.far, own);
		const access = args.databases.map((one) => [one.cluster, declareIdentities(one, args, keys, own)]);
		declareOverride(name, args, keys, own);
		declarePolicy(`${name}-near`, near, { ...source, key: keys.near, args }, own);
		declarePolicy(`${name}-far`, far, { ...target, key: keys.far, args }, own);
		declareReplication(
			`${name}-replication`,
			{ near, far, source, target, keys, receivers: args.receivers ?? {} },
			own,
		);
		this.access = Object.fromEntries(access);

		this.registerOutputs({ near: near.bucket, far: far.bucket });
	}
}

function declareOverride(
	name: string,
	{ override = [], near, far, name: called }: AwsStoresArgs,
	keys: Keys,
	opts: pulumi.CustomResourceOptions,
): void {
	if (override.length === 0) return;
	const assumeRolePolicy = JSON.stringify(principalTrust(override));
	const shape = { assumeRolePolicy, description: "Deletes before the time", path: rolePath(called, "override") };
	const role = new Role(`${name}-override`, shape, opts);
	const policy = JSON.stringify(overridePolicy([bucketArn(near), bucketArn(far)]));
	new RolePolicy(`${name}-override`, { role: role.name, policy }, opts);
	const reading = pulumi.all([keys.near, keys.far]).apply((arns) => JSON.stringify(overrideKeyPolicy(arns)));
	new RolePolicy(`${name}-override-keys`, { role: role.name, policy: reading }, opts);
}

interface Guarded extends DeclaredBucket {
	readonly key: pulumi.Output<string>;
	readonly args: AwsStoresArgs;
}

/** After what blocks public access: S3 refuses to change both at once. It stays with its bucket. */
function declarePolicy(
	name: string,
	plan: BucketPlan,
	{ bucket, ready, key, args: { name: called, override = [] } }: Guarded,
	opts: pulumi.CustomResourceOptions,
): void {
	const overridden = override.length > 0;
	const policy = key.apply((key) => JSON.stringify(bucketPolicy(plan, { key, called, overridden })));
	new BucketPolicy(
		name,
		{ bucket: bucket.bucket, region: plan.region, policy },
		{ ...opts, dependsOn: [...ready], retainOnDelete: true },
	);
}

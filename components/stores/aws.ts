import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Provider } from "@pulumi/aws/provider.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { type DeclaredBucket, declareBucket } from "./aws/bucket.ts";
import { declareIdentities, type PodRecognition } from "./aws/identities.ts";
import { declareKeys } from "./aws/keys.ts";
import { bucketArn, bucketPolicy, overridePolicy, principalTrust } from "./aws/policies.ts";
import { declareReplication } from "./aws/replication.ts";
import type { BucketPlan, DatabaseAccess, MadeStores, MadeStoresArgs } from "./made.ts";

/** What stores in AWS are declared from. */
export interface AwsStoresArgs extends MadeStoresArgs, PodRecognition {
	/** ARNs of those who may take the role that deletes before the time. Default: nobody, and there is no such role. */
	readonly override?: readonly string[] | undefined;
	/** ARNs of SNS topics in either region, told when replication is late or fails. Default: none; the alarms are there. */
	readonly alarms?: readonly string[] | undefined;
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
		const databases = args.databases.map((one) => [one.cluster, declareIdentities(one, args, keys, own)] as const);
		const override = declareOverride(name, args, own);
		const jobs = databases.map(([, roles]) => roles.jobs);
		declarePolicy(`${name}-near`, near, { ...source, key: keys.near, jobs, override }, own);
		declarePolicy(`${name}-far`, far, { ...target, key: keys.far, jobs, override }, own);
		declareReplication(`${name}-replication`, { near, far, source, target, keys, topics: args.alarms ?? [] }, own);
		this.access = Object.fromEntries(databases.map(([cluster, { access }]) => [cluster, access]));

		this.registerOutputs({ near: near.bucket, far: far.bucket });
	}
}

/** One for both regions: each resource says its own. */
function declareProvider(name: string, region: string, parent: pulumi.Resource): Provider {
	const tags = { "mysql-dr:stack": pulumi.getStack() };
	return new Provider(name, { region, defaultTags: { tags } }, { parent });
}

function declareOverride(
	name: string,
	{ override = [], near, far }: AwsStoresArgs,
	opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | null {
	if (override.length === 0) return null;
	const assumeRolePolicy = JSON.stringify(principalTrust(override));
	const role = new Role(`${name}-override`, { assumeRolePolicy, description: "Deletes before the time" }, opts);
	const policy = JSON.stringify(overridePolicy([bucketArn(near), bucketArn(far)]));
	new RolePolicy(`${name}-override`, { role: role.name, policy }, opts);
	return role.arn;
}

interface Guarded extends DeclaredBucket {
	readonly key: pulumi.Output<string>;
	readonly jobs: readonly pulumi.Output<string>[];
	readonly override: pulumi.Output<string> | null;
}

/** After what blocks public access: S3 refuses to change both at once. It stays with its bucket. */
function declarePolicy(
	name: string,
	plan: BucketPlan,
	{ bucket, ready, key, jobs, override }: Guarded,
	opts: pulumi.CustomResourceOptions,
): void {
	const policy = pulumi
		.all([key, pulumi.all([...jobs]), pulumi.output(override)])
		.apply(([key, jobs, override]) => JSON.stringify(bucketPolicy(bucketArn(plan), { key, jobs, override })));
	const { bucket: called } = bucket;
	new BucketPolicy(
		name,
		{ bucket: called, region: plan.region, policy },
		{ ...opts, dependsOn: [...ready], retainOnDelete: true },
	);
}

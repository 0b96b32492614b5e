import { Provider } from "@pulumi/gcp/provider.js";
import type { Bucket } from "@pulumi/gcp/storage/bucket.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import * as pulumi from "@pulumi/pulumi";
import { declareBucket, keyLocation } from "./gcp/bucket.ts";
import { declareIdentities } from "./gcp/identities.ts";
import { declareKey } from "./gcp/keys.ts";
import { declareRoles, type Roles } from "./gcp/roles.ts";
import { declareTransfer } from "./gcp/transfer.ts";
import type { BucketPlan, DatabaseAccess, MadeStores, MaybeOneStore } from "./made.ts";

/** What stores in Google Cloud are declared from. */
export interface GcpStoresArgs extends MaybeOneStore {
	/** ID of the project: the buckets are made in it. */
	readonly project: string;
	/** The Workload Identity pool by which the GKE cluster's pods are known. Default: the project's. */
	readonly pool?: pulumi.Input<string> | undefined;
	/** Principals who may delete before the time, such as `group:dba@example.com`. Default: nobody. */
	readonly override?: readonly string[] | undefined;
}

/**
 * Two buckets in two regions, with their keys, and a service account for each of the pods that use them. Billed by use:
 * docs/clouds.md has figures.
 *
 * Two, and the archive is written to both at once; or, where the databases may lose as much as turbo replication is late
 * (fifteen minutes), one that lies in both.
 *
 * *Data*: buckets and keys are protected, and stay when the stack goes.
 */
export class GcpStores extends pulumi.ComponentResource implements MadeStores {
	readonly access: Readonly<Record<string, DatabaseAccess>>;

	constructor(name: string, args: GcpStoresArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:GcpStores", name, args, opts);
		const { near, far, project, name: called } = args;
		const provider = new Provider(name, { project, region: near.region }, { parent: this });
		const own = { parent: this, provider };

		const source = declareBoth(`${name}-${far ? "near" : "both"}`, near, args, own);
		const target = far && declareBoth(`${name}-far`, far, args, own);
		const roles = declareRoles(name, { called, project }, own);
		const buckets = { [near.bucket]: source, ...(far && target ? { [far.bucket]: target } : {}) };
		const shape = { called, project, pool: args.pool ?? `${project}.svc.id.goog`, roles, buckets };
		const access = args.databases.map((one) => [one.cluster, declareIdentities(one, shape, own)]);
		declareOverride(name, args, { roles, buckets }, own);
		if (target) declareTransfer(`${name}-transfer`, { project, source, target }, own);
		this.access = Object.fromEntries(access);

		this.registerOutputs({ near: near.bucket, far: far?.bucket ?? near.bucket });
	}
}

/** A bucket and the key of what is in it. */
function declareBoth(side: string, plan: BucketPlan, args: GcpStoresArgs, opts: pulumi.CustomResourceOptions): Bucket {
	const { name: called, project } = args;
	return declareBucket(
		side,
		plan,
		args,
		declareKey(side, { called, location: keyLocation(plan), project }, opts),
		opts,
	);
}

function declareOverride(
	name: string,
	{ override = [] }: GcpStoresArgs,
	{ roles, buckets }: { readonly roles: Roles; readonly buckets: Readonly<Record<string, Bucket>> },
	opts: pulumi.CustomResourceOptions,
): void {
	for (const [called, bucket] of Object.entries(buckets))
		for (const member of override)
			new BucketIAMMember(
				`${name}-override-${called}-${member}`,
				{ bucket: bucket.name, role: roles.override.name, member },
				opts,
			);
}

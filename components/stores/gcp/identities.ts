/** A service account for each of a database's ServiceAccounts that has to do with stores, and how its pods come by it. */
import { createHash } from "node:crypto";
import type { IAMCustomRole } from "@pulumi/gcp/projects/iamcustomRole.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { IAMMember } from "@pulumi/gcp/serviceaccount/iammember.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import * as pulumi from "@pulumi/pulumi";
import { type Identity, identities } from "../layout.ts";
import { type Access, accounts, type DatabaseAccess, type StoredDatabase } from "../made.ts";
import { bindingsOf, keyCondition, type Right } from "./rights.ts";

export interface IdentityShape {
	/** The stack's own name, by which accounts of two stacks in one project differ. */
	readonly called: string;
	readonly project: string;
	/** By which the cluster's pods are known. */
	readonly pool: pulumi.Input<string>;
	readonly roles: Readonly<Record<Right, IAMCustomRole>>;
	/** By the name that is known before they are made. */
	readonly buckets: Readonly<Record<string, { readonly name: pulumi.Output<string> }>>;
}

export function declareIdentities(
	database: StoredDatabase,
	shape: IdentityShape,
	opts: pulumi.CustomResourceOptions,
): DatabaseAccess {
	const entries = identities.map((identity) => [identity, declareIdentity(identity, database, shape, opts)]);
	return Object.fromEntries(entries) as DatabaseAccess;
}

function declareIdentity(
	identity: Identity,
	{ cluster, namespace }: StoredDatabase,
	shape: IdentityShape,
	opts: pulumi.CustomResourceOptions,
): Access {
	const { project, called, pool } = shape;
	const name = `${cluster}-${identity}`;
	const displayName = `${accounts[identity]} of ${cluster}`;
	const account = new Account(name, { accountId: accountId(called, cluster, identity), project, displayName }, opts);
	const member = pulumi.interpolate`serviceAccount:${pool}[${namespace}/${accounts[identity]}]`;
	new IAMMember(name, { serviceAccountId: account.name, role: "roles/iam.workloadIdentityUser", member }, opts);
	for (const bucket of Object.keys(shape.buckets)) bind(identity, cluster, { ...shape, bucket, account }, opts);
	return { annotations: { "iam.gke.io/gcp-service-account": account.email } };
}

/** Of at most 30 characters, which two databases with long names would share otherwise. */
export function accountId(called: string, cluster: string, whose: Identity | "nodes"): string {
	const hash = createHash("sha256").update(`${called}/${cluster}/${whose}`).digest("hex").slice(0, 6);
	return `${cluster.slice(0, 10).replace(/-$/, "")}-${whose}-${hash}`;
}

function bind(
	identity: Identity,
	cluster: string,
	{ bucket, account, buckets, roles }: IdentityShape & { readonly bucket: string; readonly account: Account },
	opts: pulumi.CustomResourceOptions,
): void {
	for (const { right, keys } of bindingsOf(identity, cluster)) {
		const limited = keys && { condition: { title: `${identity} ${right}s`, expression: keyCondition(bucket, keys) } };
		new BucketIAMMember(
			`${cluster}-${identity}-${right}-${bucket}`,
			{
				bucket: (buckets[bucket] as (typeof buckets)[string]).name,
				role: roles[right].name,
				member: account.member,
				...limited,
			},
			opts,
		);
	}
}

/** A role for each of a database's ServiceAccounts that has to do with stores, and how its pods come by it. */

import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { type Identity, identities } from "../layout.ts";
import { type Access, accounts, type DatabaseAccess, type MadeStoresArgs, type StoredDatabase } from "../made.ts";
import type { Keys } from "./keys.ts";
import { bucketArn, keyPolicy, objectPolicy, podTrust, rolePath, webIdentityTrust } from "./policies.ts";

/** How pods are known to AWS. */
export interface PodRecognition {
	/** The EKS cluster's name. */
	readonly cluster: pulumi.Input<string>;
	/** The ARN of its OIDC provider: IRSA. Default: Pod Identity, which needs its agent in the cluster. */
	readonly oidcProvider?: pulumi.Input<string> | undefined;
}

export function declareIdentities(
	database: StoredDatabase,
	args: Pick<MadeStoresArgs, "name" | "near" | "far"> & PodRecognition,
	keys: Keys,
	opts: pulumi.CustomResourceOptions,
): DatabaseAccess {
	const access = identities.map((identity) => {
		const role = declareRole(identity, database, { ...args, keys }, opts);
		return [identity, give(identity, database, role, args, opts)];
	});
	return Object.fromEntries(access) as DatabaseAccess;
}

type RoleShape = Parameters<typeof declareIdentities>[1] & { readonly keys: Keys };

function declareRole(
	identity: Identity,
	database: StoredDatabase,
	{ name: called, near, far, cluster, oidcProvider, keys }: RoleShape,
	opts: pulumi.CustomResourceOptions,
): Role {
	const name = `${database.cluster}-${identity}`;
	const account = accounts[identity];
	const trust = oidcProvider
		? pulumi.output(oidcProvider).apply((provider) => JSON.stringify(webIdentityTrust(database, account, provider)))
		: pulumi.output(cluster).apply((called) => JSON.stringify(podTrust(database, account, called)));
	const description = `${account} of ${database.cluster}`;
	const role = new Role(name, { assumeRolePolicy: trust, description, path: rolePath(called, identity) }, opts);
	const objects = objectPolicy(identity, database.cluster, [bucketArn(near), bucketArn(far)]);
	new RolePolicy(`${name}-objects`, { role: role.name, policy: JSON.stringify(objects) }, opts);
	const policy = pulumi.all([keys.near, keys.far]).apply((arns) => JSON.stringify(keyPolicy(identity, arns)));
	new RolePolicy(`${name}-keys`, { role: role.name, policy }, opts);
	return role;
}

function give(
	identity: Identity,
	{ cluster: database, namespace }: StoredDatabase,
	role: Role,
	{ near, cluster, oidcProvider }: Parameters<typeof declareIdentities>[1],
	opts: pulumi.CustomResourceOptions,
): Access {
	if (oidcProvider) return { annotations: { "eks.amazonaws.com/role-arn": role.arn } };
	new PodIdentityAssociation(
		`${database}-${identity}`,
		{ region: near.region, clusterName: cluster, namespace, serviceAccount: accounts[identity], roleArn: role.arn },
		opts,
	);
	return { annotations: {} };
}

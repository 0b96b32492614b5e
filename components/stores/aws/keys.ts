/** One key in two regions: what one region's bucket holds can be read with the other's. */

import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { ReplicaKey } from "@pulumi/aws/kms/replicaKey.js";
import type * as pulumi from "@pulumi/pulumi";
import type { MadeStoresArgs } from "../made.ts";

/** ARNs. */
export interface Keys {
	readonly near: pulumi.Output<string>;
	readonly far: pulumi.Output<string>;
}

/** The longest that KMS lets one wait: time to notice. Days. */
const deletionWindowInDays = 30;

/** By which the keys are found again, in either region. @param called the beginning of the buckets' names */
export const keyAlias = (called: string): string => `alias/${called}`;

/** *Data*: without its key nothing in a bucket can be read; keys are protected, and stay when the stack goes. */
export function declareKeys(
	name: string,
	{ name: called, near, far }: Pick<MadeStoresArgs, "name" | "near" | "far">,
	opts: pulumi.CustomResourceOptions,
): Keys {
	const kept = { ...opts, protect: true, retainOnDelete: true };
	const description = `Backups and archive, ${called}`;
	const key = new Key(
		name,
		{ region: near.region, description, multiRegion: true, enableKeyRotation: true, deletionWindowInDays },
		kept,
	);
	const replica = new ReplicaKey(
		name,
		{ region: far.region, description, primaryKeyArn: key.arn, deletionWindowInDays },
		kept,
	);
	const alias = keyAlias(called);
	new Alias(`${name}-near`, { region: near.region, name: alias, targetKeyId: key.keyId }, opts);
	new Alias(`${name}-far`, { region: far.region, name: alias, targetKeyId: replica.keyId }, opts);
	return { near: key.arn, far: replica.arn };
}

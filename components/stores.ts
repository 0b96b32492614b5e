/** The stores of a stack: those that its configuration has it make, in whichever cloud. */
import type * as pulumi from "@pulumi/pulumi";
import { plan, type StackConfig, type StoreConfig, siteFacts } from "../objectives/index.ts";
import { AwsStores } from "./stores/aws.ts";
import { GcpStores } from "./stores/gcp.ts";
import type { BucketPlan, MadeStores, MaybeOneStore } from "./stores/made.ts";

/** By what the pods of a cluster that the stack makes are known; nothing of one that exists. */
export interface KnownCluster {
	readonly clusterName?: pulumi.Input<string> | undefined;
	readonly workloadPool?: pulumi.Input<string> | undefined;
}

/** @returns undefined where the stores exist already */
export function makeStores(name: string, config: StackConfig, made: KnownCluster = {}): MadeStores | undefined {
	const { cloud, madeStores } = config;
	if (!cloud || !madeStores) return undefined;
	const { near, far, ...args } = madeStoresArgs(config, madeStores.bucket);
	if (cloud.provider === "aws" && madeStores.aws && far) {
		const cluster = made.clusterName ?? madeStores.aws.cluster;
		if (cluster === undefined) throw new RangeError("a cluster that exists is named");
		return new AwsStores(name, { ...args, near, far, ...madeStores.aws, cluster });
	}
	if (cloud.provider === "gcp" && madeStores.gcp) {
		return new GcpStores(name, { ...args, near, far, ...madeStores.gcp, pool: made.workloadPool });
	}
	return undefined;
}

/** What is made, from what is configured and planned. Pure. */
export function madeStoresArgs(config: StackConfig, name: string): MaybeOneStore {
	const [near, far] = config.stores as readonly [StoreConfig, StoreConfig?];
	if (!near.objectLock) throw new RangeError("stores that are made are locked");
	return {
		name,
		near: bucketPlan(near),
		far: far && bucketPlan(far),
		objectLock: near.objectLock,
		databases: config.databases.map((database) => ({
			cluster: database.name,
			namespace: database.namespace,
			retention: plan(database.objectives, siteFacts(config, database), database.overrides).backup.retention,
		})),
	};
}

function bucketPlan({ region, bucket, alsoIn }: StoreConfig): BucketPlan {
	return { region, bucket, ...(alsoIn === undefined ? {} : { alsoIn }) };
}

/** The stores of a stack: those that its configuration has it make, or take over from another, in whichever cloud. */
import type * as pulumi from "@pulumi/pulumi";
import { plan, type StackConfig, type StoreConfig, siteFacts } from "../objectives/index.ts";
import type { Receivers } from "./alarms.ts";
import { AdoptedAwsStores } from "./stores/adoptedAws.ts";
import { AdoptedGcpStores } from "./stores/adoptedGcp.ts";
import { AwsStores } from "./stores/aws.ts";
import { GcpStores } from "./stores/gcp.ts";
import type { BucketPlan, MadeStores, MaybeOneStore } from "./stores/made.ts";

/** By what the pods of a cluster that the stack makes are known; nothing of one that exists. */
export interface KnownCluster {
	readonly clusterName?: pulumi.Input<string> | undefined;
	readonly workloadPool?: pulumi.Input<string> | undefined;
}

/**
 * @param receivers of alarms
 * @returns undefined where the stores exist already
 */
export function makeStores(
	name: string,
	config: StackConfig,
	made: KnownCluster = {},
	receivers: Receivers = {},
): MadeStores | undefined {
	if (config.cloud?.provider === "aws") return makeInAws(name, config, made, receivers);
	return config.cloud?.provider === "gcp" ? makeInGcp(name, config, made) : undefined;
}

function makeInAws(
	name: string,
	config: StackConfig,
	made: KnownCluster,
	receivers: Receivers,
): MadeStores | undefined {
	const { madeStores } = config;
	if (!madeStores?.aws) return undefined;
	const { oidcProvider, override } = madeStores.aws;
	const { far, ...args } = madeStoresArgs(config, madeStores.bucket);
	const cluster = made.clusterName ?? madeStores.aws.cluster;
	if (cluster === undefined) throw new RangeError("a cluster that exists is named");
	if (far === undefined) throw new RangeError("a bucket of AWS is in one region");
	const shape = { ...args, far, cluster, oidcProvider };
	return madeStores.adopt ? new AdoptedAwsStores(name, shape) : new AwsStores(name, { ...shape, override, receivers });
}

function makeInGcp(name: string, config: StackConfig, made: KnownCluster): MadeStores | undefined {
	const { madeStores } = config;
	if (!madeStores?.gcp) return undefined;
	const { project, override } = madeStores.gcp;
	const shape = { ...madeStoresArgs(config, madeStores.bucket), project, pool: made.workloadPool };
	return madeStores.adopt ? new AdoptedGcpStores(name, shape) : new GcpStores(name, { ...shape, override });
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

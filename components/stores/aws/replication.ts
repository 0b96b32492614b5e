/** S3's own replication from the near bucket to the far one, with time control, and the alarms that tell when it is late. */

import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { BucketReplicationConfig } from "@pulumi/aws/s3/bucketReplicationConfig.js";
import * as pulumi from "@pulumi/pulumi";
import type { Receivers } from "../../alarms.ts";
import { replicatedKeys } from "../layout.ts";
import type { MadeStoresArgs } from "../made.ts";
import type { DeclaredBucket } from "./bucket.ts";
import type { Keys } from "./keys.ts";
import { bucketArn, replicationKeyPolicy, replicationPolicy, serviceTrust } from "./policies.ts";

type Rule = keyof typeof replicatedKeys;
const rules = Object.keys(replicatedKeys) as Rule[];

/** What time control promises, and the only time that can be asked for. Minutes. */
const minutes = 15;

export interface ReplicationShape extends Pick<MadeStoresArgs, "near" | "far"> {
	readonly source: DeclaredBucket;
	readonly target: DeclaredBucket;
	readonly keys: Keys;
	/** Of alarms. */
	readonly receivers: Receivers;
}

export function declareReplication(name: string, shape: ReplicationShape, opts: pulumi.CustomResourceOptions): void {
	const role = declareRole(name, shape, opts);
	const { near, source, target, keys } = shape;
	const destination = {
		bucket: target.bucket.arn,
		encryptionConfiguration: { replicaKmsKeyId: keys.far },
		replicationTime: { status: "Enabled", time: { minutes } },
		metrics: { status: "Enabled", eventThreshold: { minutes } },
	};
	new BucketReplicationConfig(
		name,
		{
			...{ bucket: source.bucket.bucket, region: near.region, role: role.arn },
			rules: Object.entries(replicatedKeys).map(([id, prefix], index) => ({
				...{ id, priority: index + 1, status: "Enabled", filter: { prefix }, destination },
				sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
				// What is deleted in one region stays in the other.
				deleteMarkerReplication: { status: "Disabled" },
			})),
		},
		{ ...opts, dependsOn: [...source.ready, ...target.ready] },
	);
	for (const rule of rules) declareAlarms(name, rule, shape, opts);
}

function declareRole(name: string, { near, far, keys }: ReplicationShape, opts: pulumi.CustomResourceOptions): Role {
	const assumeRolePolicy = JSON.stringify(serviceTrust("s3.amazonaws.com"));
	const role = new Role(name, { assumeRolePolicy, description: "S3 brings objects to the far bucket" }, opts);
	const objects = JSON.stringify(replicationPolicy(bucketArn(near), bucketArn(far)));
	new RolePolicy(`${name}-objects`, { role: role.name, policy: objects }, opts);
	const policy = pulumi
		.all([keys.near, keys.far])
		.apply(([near, far]) => JSON.stringify(replicationKeyPolicy({ near, far })));
	new RolePolicy(`${name}-keys`, { role: role.name, policy }, opts);
	return role;
}

/**
 * Something is archived every few seconds: no figure at all is to be seen as such. Evidence is written about once a day, and
 * without something to replicate there is no figure.
 */
const withoutFigures: Readonly<Record<Rule, string>> = {
	archive: "missing",
	evidence: "notBreaching",
};

/** Lag is measured in the destination's region, failures in the source's (S3 User Guide, "Using S3 Replication metrics"). */
function declareAlarms(name: string, rule: Rule, shape: ReplicationShape, opts: pulumi.CustomResourceOptions): void {
	const { near, far, receivers } = shape;
	const metric = {
		namespace: "AWS/S3",
		dimensions: { SourceBucket: near.bucket, DestinationBucket: far.bucket, RuleId: rule },
		period: 60,
		evaluationPeriods: 5,
	};
	const told = (region: string) => [...(receivers[region] ?? [])];
	new MetricAlarm(
		`${name}-${rule}-late`,
		{
			...{ ...metric, region: far.region, alarmActions: told(far.region), okActions: told(far.region) },
			...{ metricName: "ReplicationLatency", statistic: "Maximum" },
			...{ comparisonOperator: "GreaterThanThreshold", threshold: minutes * 60 },
			treatMissingData: withoutFigures[rule],
			alarmDescription: `${far.bucket} is more than ${minutes} minutes behind ${near.bucket} (${rule})`,
		},
		opts,
	);
	new MetricAlarm(
		`${name}-${rule}-failed`,
		{
			...{ ...metric, region: near.region, alarmActions: told(near.region), okActions: told(near.region) },
			...{ metricName: "OperationsFailedReplication", statistic: "Sum" },
			...{ comparisonOperator: "GreaterThanThreshold", threshold: 0, treatMissingData: "notBreaching" },
			...{ evaluationPeriods: 1, alarmDescription: `objects of ${near.bucket} were not replicated (${rule})` },
		},
		opts,
	);
}

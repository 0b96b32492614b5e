import { type BackupBucket, buckets, inline, isOurs, only, partsOf } from "../cloud/backupBucket.ts";
import type { Declared, DeclaredStack, Props } from "../frame/declared.ts";
import { each, NotKnown } from "../frame/notKnown.ts";
import type { Finding } from "../frame/rule.ts";
import { bucketRule } from "./bucketRule.ts";

export const bucketReplication = bucketRule({
	name: "bucket-replication",
	what: "What is in a bucket for backups is in another region too, within a time.",
	why: {
		reason:
			"Backups in the region of the database are lost with it. Without time control nobody promises when a copy is there, and nobody is told when it is late.",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html",
	},
	fix: "AWS: aws.s3.BucketReplicationConfig to a bucket in another region, with replicationTime and metrics. Google Cloud: two regions (not a multi-region) with rpo ASYNC_TURBO, or a storage.TransferJob with a replicationSpec, for which Google promises no time.",
	severity: "high",
	*aws(bucket, _config, stack) {
		const others = buckets(stack).filter(({ cloud, resource }) => cloud === "aws" && resource !== bucket.resource);
		const isTarget = others.some((other) => targets(stack, other).some((target) => target === bucket.resource.urn));
		const rules = rulesOf(stack, bucket);
		if (rules.length === 0 && !isTarget)
			yield {
				setting: "BucketReplicationConfig",
				value: undefined,
				remedy: "declare one to a bucket in another region, with replicationTime",
			};
		yield* each(rules, function* ({ rule, where }): Generator<Finding> {
			yield* timed(rule, where);
			// Of this project's stores all the rest is written to both by who makes it (docs/clouds.md).
			if (!isOurs(bucket.resource)) refusePart(bucket.resource, rule.filter, `${where}.filter`);
		});
		yield* sameRegion(stack, bucket);
	},
	*gcp({ resource, settings }, _config, { resources }) {
		const jobs = resources.filter(
			({ type, inputs }) => type === "gcp:storage/transferJob:TransferJob" && inputs.status !== "DISABLED",
		);
		const job = jobs.find((one) => isEndOf(one, resource));
		if (job) {
			const conditions = job.inputs.replicationSpec?.objectConditions;
			if (!isOurs(resource)) refusePart(job, conditions, "replicationSpec.objectConditions");
			return;
		}
		yield* placed(settings);
	},
});

function* timed(rule: Props, where: string): Generator<Finding> {
	const destination = only(rule.destination ?? rule.destinations) ?? {};
	const time = only(destination.replicationTime ?? destination.replicationTimes);
	// Older resources give the minutes alone.
	if (time?.status === "Enabled" || (time?.status === undefined && time?.minutes !== undefined)) return;
	yield {
		setting: `${where}.destination.replicationTime`,
		value: time,
		remedy: 'set status: "Enabled" with 15 minutes, and metrics with it',
	};
}

/** Google's areas of two regions have names of their own (EUR4, NAM4); EU, US and ASIA are any regions there. */
function* placed({ location, customPlacementConfig, rpo }: Props): Generator<Finding> {
	const dual = customPlacementConfig !== undefined || /^[A-Z]+\d+$/i.test(String(location));
	if (dual && rpo !== "ASYNC_TURBO")
		yield { setting: "rpo", value: rpo, remedy: 'set "ASYNC_TURBO": its time is 15 minutes, else it is 12 hours' };
	if (dual) return;
	const what = /^(EU|US|ASIA)$/i.test(String(location))
		? "a multi-region has a copy elsewhere within 12 hours, and no shorter time to be chosen"
		: "it is one region";
	yield {
		setting: "location",
		value: location,
		remedy: `${what}: take two regions by customPlacementConfig with rpo "ASYNC_TURBO", or replicate by a storage.TransferJob`,
	};
}

/** What replicates less than all: whether the rest is copied by something else, no program says. */
function refusePart({ urn, label }: Declared, filter: unknown, setting: string): void {
	if (!narrows(filter)) return;
	const why = "leaves a part of the bucket out, and what copies that is not in the program";
	throw new NotKnown([{ urn, resource: label, setting, why }]);
}

function narrows(filter: unknown): boolean {
	if (typeof filter === "object" && filter !== null) return Object.values(filter).some(narrows);
	return filter !== undefined && filter !== null && filter !== "";
}

/** The enabled rules by which a bucket is replicated, and where each stands. */
function rulesOf(stack: DeclaredStack, bucket: BackupBucket) {
	const [part] = partsOf(stack, bucket, "BucketReplicationConfig");
	const names = ["replicationConfiguration", "replicationConfigurations"];
	const rules: readonly Props[] = (part?.inputs ?? inline(bucket.settings, ...names))?.rules ?? [];
	const where = part?.label ?? "replicationConfiguration";
	return rules
		.map((rule, n) => ({ rule, where: `${where}.rules[${n}]` }))
		.filter(({ rule }) => rule.status === "Enabled");
}

/** URNs of the buckets that it is replicated to, as far as the program says from which resources its rules are made. */
function targets(stack: DeclaredStack, bucket: BackupBucket): string[] {
	const made = [...partsOf(stack, bucket, "BucketReplicationConfig"), bucket.resource].flatMap(({ madeOf }) =>
		["rules", "replicationConfiguration", "replicationConfigurations"].flatMap((input) => madeOf[input] ?? []),
	);
	return made.filter((urn) => urn !== bucket.resource.urn);
}

/** Its own, or else that of its provider, where the program gives either. */
function regionOf({ inputs, provided }: Declared): string | undefined {
	return inputs.region ?? provided.region;
}

/** Only where the program itself gives both regions. */
function* sameRegion(stack: DeclaredStack, bucket: BackupBucket): Generator<Finding> {
	const region = regionOf(bucket.resource);
	if (region === undefined) return;
	const made = targets(stack, bucket);
	const beside = stack.resources.find((one) => made.includes(one.urn) && regionOf(one) === region);
	if (beside)
		yield {
			setting: "region",
			value: region,
			remedy: `${beside.label}, which it is replicated to, is in the same: take a bucket in another one`,
		};
}

/** Whether a job replicates from or to this bucket. */
function isEndOf({ inputs, madeOf }: Declared, bucket: Declared): boolean {
	if (madeOf.replicationSpec?.length) return madeOf.replicationSpec.includes(bucket.urn);
	const { gcsDataSource, gcsDataSink } = inputs.replicationSpec ?? {};
	return [gcsDataSource, gcsDataSink].some((end) => end && end.bucketName === bucket.inputs.name);
}

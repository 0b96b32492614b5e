import { type BackupBucket, buckets, inline, only, partsOf } from "../cloud/backupBucket.ts";
import type { Declared, DeclaredStack, Props } from "../frame/declared.ts";
import { each } from "../frame/notKnown.ts";
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
	fix: "AWS: aws.s3.BucketReplicationConfig to a bucket in another region, with replicationTime and metrics. Google Cloud: a dual region with rpo ASYNC_TURBO, or a storage.TransferJob with a replicationSpec, for which Google promises no time.",
	severity: "high",
	*aws(bucket, _config, stack) {
		const others = buckets(stack).filter(({ cloud }) => cloud === "aws");
		if (others.some((other) => targets(stack, other).some((target) => target === bucket.resource.urn))) return;
		const rules = rulesOf(stack, bucket);
		if (rules.length === 0)
			yield {
				setting: "BucketReplicationConfig",
				value: undefined,
				remedy: "declare one to a bucket in another region, with replicationTime",
			};
		yield* each(rules, function* ({ rule, where }): Generator<Finding> {
			const destination = only(rule.destination ?? rule.destinations) ?? {};
			const time = only(destination.replicationTime ?? destination.replicationTimes);
			if (time?.status !== "Enabled" && time?.minutes === undefined)
				yield {
					setting: `${where}.destination.replicationTime`,
					value: time,
					remedy: 'set status: "Enabled" with 15 minutes, and metrics with it',
				};
		});
		yield* sameRegion(stack, bucket);
	},
	*gcp({ resource, settings }, _config, { resources }) {
		const jobs = resources.filter(({ type }) => type === "gcp:storage/transferJob:TransferJob");
		if (jobs.some((job) => isEndOf(job, resource))) return;
		const { location, customPlacementConfig, rpo } = settings;
		const many = customPlacementConfig !== undefined || /^(EU|US|ASIA|[A-Z]+\d+)$/i.test(String(location));
		if (!many)
			yield {
				setting: "location",
				value: location,
				remedy:
					"it is one region: take two by customPlacementConfig with rpo ASYNC_TURBO, or replicate by a storage.TransferJob",
			};
		else if (rpo !== "ASYNC_TURBO")
			yield { setting: "rpo", value: rpo, remedy: 'set "ASYNC_TURBO": its time is 15 minutes, else it is 12 hours' };
	},
});

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

/** Only where the program itself gives both regions. */
function* sameRegion(stack: DeclaredStack, bucket: BackupBucket): Generator<Finding> {
	const { region } = bucket.settings;
	if (region === undefined) return;
	const made = targets(stack, bucket);
	const beside = stack.resources.find(({ urn, inputs }) => made.includes(urn) && inputs.region === region);
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

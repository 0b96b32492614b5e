/** A rule over one bucket for backups: what its cloud asks for. */

import { type BackupBucket, eachBackupBucket } from "../cloud/backupBucket.ts";
import type { DeclaredStack } from "../frame/declared.ts";
import {
	type ConfigOf,
	type ConfigSchema,
	type Finding,
	type RuleText,
	type StackRule,
	stackRule,
} from "../frame/rule.ts";

type Judge<Schema extends ConfigSchema> = (
	bucket: BackupBucket,
	config: ConfigOf<Schema>,
	stack: DeclaredStack,
) => Iterable<Finding>;

export interface BucketRule<Schema extends ConfigSchema> extends Omit<RuleText<Schema>, "family"> {
	readonly aws: Judge<Schema>;
	/** Absent where Google Cloud does it without being asked. */
	readonly gcp?: Judge<Schema>;
}

export function bucketRule<const Schema extends ConfigSchema>({ aws, gcp, ...text }: BucketRule<Schema>): StackRule {
	return stackRule<Schema>({
		...(text as unknown as RuleText<Schema>),
		family: "buckets",
		*judgeStack(stack, config) {
			yield* eachBackupBucket(stack, function* (bucket) {
				const judge = bucket.cloud === "aws" ? aws : gcp;
				for (const finding of judge?.(bucket, config, stack) ?? []) yield { resource: bucket.resource, ...finding };
			});
		},
	});
}

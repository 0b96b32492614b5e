import { type BackupBucket, eachBackupBucket, partsOf } from "../cloud/backupBucket.ts";
import type { Declared, DeclaredStack } from "../frame/declared.ts";
import { all, each } from "../frame/notKnown.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";

export const bucketProtected = stackRule({
	name: "bucket-protected",
	family: "buckets",
	what: "A bucket for backups, and the key that opens it, are protected from `pulumi destroy` and from replacement, and a bucket with something in it cannot be deleted.",
	why: {
		reason:
			"Who destroys a stack means its servers. With forceDestroy the provider first deletes every object, and without its key a bucket holds nothing that anybody can read.",
		source: "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
	},
	fix: "Give bucket and key the option protect: true (and retainOnDelete: true), and leave forceDestroy away.",
	severity: "critical",
	*judgeStack(stack) {
		const judgedKeys = new Set<string>();
		yield* eachBackupBucket(stack, function* (bucket) {
			const keys = keysOf(stack, bucket).filter(({ urn }) => !judgedKeys.has(urn));
			for (const { urn } of keys) judgedKeys.add(urn);
			yield* all(
				() => forced(bucket),
				() => each([bucket.resource, ...keys], unprotected),
			);
		});
	},
});

function* forced({ resource, settings }: BackupBucket): Generator<StackFinding> {
	const value = settings.forceDestroy;
	if (value === true)
		yield { resource, setting: "forceDestroy", value, remedy: "take it away: it deletes every backup with the bucket" };
}

function* unprotected(resource: Declared): Generator<StackFinding> {
	if (resource.protect) return;
	const remedy = "set the option protect: true, so that no update and no destroy takes it away";
	yield { resource, setting: "protect", value: false, remedy };
}

const keyType = /^(aws:kms\/(key:Key|replicaKey:ReplicaKey)|gcp:kms\/cryptoKey:CryptoKey)$/;
const encryptions = [
	...["encryption", "rules"],
	...["serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations"],
];

/** The keys of the program by which it is encrypted; also where it is named by the right to use it. */
function keysOf(stack: DeclaredStack, bucket: BackupBucket): Declared[] {
	const parts = [bucket.resource, ...partsOf(stack, bucket, "BucketServerSideEncryptionConfiguration")];
	const made = parts.flatMap(({ madeOf }) => encryptions.flatMap((input) => madeOf[input] ?? []));
	const rights = stack.resources.filter(({ urn }) => made.includes(urn));
	const known = new Set([...made, ...rights.flatMap(({ madeOf }) => madeOf.cryptoKeyId ?? [])]);
	return stack.resources.filter(({ urn, type }) => known.has(urn) && keyType.test(type));
}

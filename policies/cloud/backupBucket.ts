/** Which buckets hold backups of MySQL: in anybody's program, by whose they are, how they are marked, or what they are called. */
import type { Declared, DeclaredStack, Props } from "../frame/declared.ts";
import { each } from "../frame/notKnown.ts";
import type { StackFinding } from "../frame/rule.ts";

export interface BackupBucket {
	readonly cloud: "aws" | "gcp";
	readonly resource: Declared;
	/** What it was given. */
	readonly settings: Props;
}

/** Tag in AWS, label in Google Cloud. */
export const bucketMark = "mysql-dr-backups";

const bucketTypes: Readonly<Record<string, BackupBucket["cloud"]>> = {
	"aws:s3/bucket:Bucket": "aws",
	"aws:s3/bucketV2:BucketV2": "aws",
	"gcp:storage/bucket:Bucket": "gcp",
};

const storeComponent = /^mysql-dr:index:\w+Stores$/;
const ofDatabase = /^(mysql|mariadb|percona|database|db)\d*$/;
const ofBackups = /^(backups?|dumps?|mysqldumps?|binlogs?|xtrabackups?|restores?)$/;
/** Logs of who read the backups, states of programs that make them. */
const besides = /^(logs?|logging|state|metrics|access)$/;

/** All buckets of the program, whatever is in them. */
export function buckets({ resources }: DeclaredStack): BackupBucket[] {
	return resources.flatMap((resource) => {
		const cloud = bucketTypes[resource.type];
		return cloud ? [{ cloud, resource, settings: resource.inputs }] : [];
	});
}

/** Judges each of those that hold backups by itself. */
export function* eachBackupBucket(
	stack: DeclaredStack,
	judge: (bucket: BackupBucket) => Iterable<StackFinding>,
): Generator<StackFinding> {
	yield* each(buckets(stack), function* (bucket) {
		if (holdsBackups(bucket)) yield* judge(bucket);
	});
}

function holdsBackups({ resource, settings }: BackupBucket): boolean {
	const marked = (settings.tags ?? settings.labels)?.[bucketMark];
	if (marked !== undefined) return String(marked) === "true";
	if (isOurs(resource)) return true;
	const words = [...namesOf(resource), resource.name].flatMap((name) => name.toLowerCase().split(/[^a-z0-9]+/));
	if (words.some((word) => besides.test(word)) || !words.some((word) => ofBackups.test(word))) return false;
	return words.some((word) => ofDatabase.test(word) || /^(mysqldump|binlog|xtrabackup)s?$/.test(word));
}

/** Whether it is of what this project makes in a cloud for backups. */
export function isOurs({ within }: Declared): boolean {
	return within.some((type) => storeComponent.test(type));
}

/** Its name in the cloud, if the program gives one that is known. */
function namesOf({ inputs, madeOf }: Declared): string[] {
	return ["bucket", "name", "bucketPrefix"].flatMap((input) =>
		madeOf[input]?.length || typeof inputs[input] !== "string" ? [] : [inputs[input]],
	);
}

/**
 * The resources of a kind that belong to a bucket: `BucketVersioning` finds `aws:s3/bucketVersioning:BucketVersioning`, and the
 * one with V2 after its name. By the resource that their `bucket` was made of, which is known at a preview; else by its name.
 */
export function partsOf({ resources }: DeclaredStack, { resource }: BackupBucket, kind: string): Declared[] {
	const own = namesOf(resource);
	return resources.filter(({ type, inputs, madeOf }) => {
		if (!/^aws:s3\//.test(type) || type.split(":").at(-1)?.replace(/V2$/, "") !== kind) return false;
		const from = madeOf.bucket ?? [];
		return from.length > 0 ? from.includes(resource.urn) : own.includes(inputs.bucket);
	});
}

/** The one thing of a list, which older resources use where newer ones have the thing itself. */
// biome-ignore lint/suspicious/noExplicitAny: the shapes of all kinds of resources
export function only(value: any): any {
	return Array.isArray(value) ? value[0] : value;
}

/** The first setting of these that is there: names changed with versions of the resources. */
export function inline(settings: Props, ...names: readonly string[]): Props | undefined {
	const name = names.find((one) => settings[one] !== undefined);
	return name === undefined ? undefined : only(settings[name]);
}

/** What makes stores that can be thrown away of those that are kept whatever happens. Pure. */

type Values = Readonly<Record<string, unknown>>;

/** The shortest that KMS lets one wait. Days. */
const shortest = 7;

/** @returns what the engine is told instead, for one resource */
export function thrownAway<Options extends object>(type: string, props: Values, opts: Options) {
	return {
		props: { ...props, ...changes[type] },
		opts: { ...opts, protect: false, retainOnDelete: false },
	};
}

/** With `forceDestroy` the provider of AWS also lets go of what is locked in mode governance. */
const changes: Readonly<Record<string, Values>> = {
	"aws:s3/bucket:Bucket": { forceDestroy: true },
	"aws:kms/key:Key": { deletionWindowInDays: shortest },
	"aws:kms/replicaKey:ReplicaKey": { deletionWindowInDays: shortest },
	"gcp:storage/bucket:Bucket": { forceDestroy: true },
};

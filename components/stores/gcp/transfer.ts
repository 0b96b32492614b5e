/** Storage Transfer's replication from the near bucket to the far one. */
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import type { Bucket } from "@pulumi/gcp/storage/bucket.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import { getProjectServiceAccountOutput } from "@pulumi/gcp/storage/getProjectServiceAccount.js";
import { getTransferProjectServiceAccountOutput } from "@pulumi/gcp/storage/getTransferProjectServiceAccount.js";
import { TransferJob } from "@pulumi/gcp/storage/transferJob.js";
import type * as pulumi from "@pulumi/pulumi";
import { replicatedKeys } from "../layout.ts";

/**
 * As objects are written, by Pub/Sub; Google promises no time for it. What the far bucket has already, it keeps.
 * Rights: Storage Transfer, "Use cross-bucket replication".
 */
export function declareTransfer(
	name: string,
	{ project, source, target }: { readonly project: string; readonly source: Bucket; readonly target: Bucket },
	opts: pulumi.CustomResourceOptions,
): void {
	const transfer = getTransferProjectServiceAccountOutput({ project }, opts).member;
	const storage = getProjectServiceAccountOutput({ project }, opts).member;
	const on = (bucket: Bucket, role: string, title: string) =>
		new BucketIAMMember(`${name}-${title}`, { bucket: bucket.name, role, member: transfer }, opts);
	const rights = [
		on(source, "roles/storage.legacyBucketOwner", "notifies"),
		on(source, "roles/storage.objectViewer", "reads"),
		on(target, "roles/storage.legacyBucketWriter", "writes"),
		on(target, "roles/storage.objectViewer", "compares"),
		new IAMMember(`${name}-subscribes`, { project, role: "roles/pubsub.editor", member: transfer }, opts),
		new IAMMember(`${name}-publishes`, { project, role: "roles/pubsub.publisher", member: storage }, opts),
	];
	new TransferJob(
		name,
		{
			...{ project, description: "Archive and evidence to the far region" },
			replicationSpec: {
				gcsDataSource: { bucketName: source.name },
				gcsDataSink: { bucketName: target.name },
				objectConditions: { includePrefixes: Object.values(replicatedKeys) },
				transferOptions: { overwriteWhen: "NEVER" },
			},
		},
		{ ...opts, dependsOn: rights },
	);
}

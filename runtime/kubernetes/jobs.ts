/** Jobs that are begun by hand, or by the archiver, from the CronJobs that the stack declares. */
import { randomBytes } from "node:crypto";
import type { V1CronJob, V1Job, V1PodSpec } from "@kubernetes/client-node";
import { bytes, formatSize, size } from "../../objectives/size.ts";
import { FailedError } from "../exit.ts";
import { snapshotGroup } from "../snapshot/snapshot.ts";
import type { ClusterAccess } from "./access.ts";

/** The CronJobs; components/naming.ts declares the same. */
export const cronJobNames = {
	full: "mysql-backup-full",
	incremental: "mysql-backup-incremental",
	logical: "mysql-backup-logical",
	validation: "mysql-validation",
	restore: "mysql-restore",
	snapshot: "mysql-snapshot",
	snapshotCheck: "mysql-snapshot-check",
} as const;

export interface JobWish {
	/** Follow those of the template; each is a word of its own. Never a secret. */
	readonly args?: readonly string[];
	/** Why it was begun, for whoever finds it. */
	readonly reason: string;
	/** What its volume is made of, where that is a snapshot, and how many bytes that takes at least. */
	readonly snapshot?: { readonly name: string; readonly bytes: number } | undefined;
}

/**
 * A job as the CronJob would begin it, owned by it, so that the history limits hold for it too. It is tried once: whoever
 * asked is there to see it fail.
 * @param suffix makes its name its own
 */
export function jobFrom(cronJob: V1CronJob, suffix: string, { args = [], reason, snapshot }: JobWish): V1Job {
	const { name = "", namespace, uid = "" } = cronJob.metadata ?? {};
	const template = structuredClone(cronJob.spec?.jobTemplate);
	const container = template?.spec?.template.spec?.containers[0];
	if (template?.spec === undefined || container === undefined) throw new Error(`CronJob ${name} has no container`);
	container.args = [...(container.args ?? []), ...args];
	template.spec.backoffLimit = 0;
	if (snapshot !== undefined) fillVolume(name, template.spec.template.spec, snapshot);
	return {
		apiVersion: "batch/v1",
		kind: "Job",
		metadata: {
			name: `${name}-${suffix}`,
			...(namespace === undefined ? {} : { namespace }),
			labels: { ...template.metadata?.labels },
			annotations: {
				...template.metadata?.annotations,
				"cronjob.kubernetes.io/instantiate": "manual",
				"mysql-dr/reason": reason,
			},
			ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name, uid, controller: true }],
		},
		spec: template.spec,
	};
}

/** The claim is the pod's own, made with it and gone with it: filled from the snapshot, and grown where it must be. */
function fillVolume(job: string, pod: V1PodSpec | undefined, snapshot: NonNullable<JobWish["snapshot"]>): void {
	const claim = pod?.volumes?.find((volume) => volume.ephemeral !== undefined)?.ephemeral?.volumeClaimTemplate?.spec;
	if (claim === undefined) throw new Error(`CronJob ${job} has no volume of its own`);
	const declared = size(claim.resources?.requests?.storage ?? "0");
	const storage = formatSize(bytes(Math.max(declared, snapshot.bytes)));
	claim.resources = { ...claim.resources, requests: { ...claim.resources?.requests, storage } };
	claim.dataSource = { apiGroup: snapshotGroup, kind: "VolumeSnapshot", name: snapshot.name };
}

/**
 * Begins a job.
 * @param remedy for a stack that declares no such CronJob
 * @throws FailedError where the stack declares no such CronJob
 */
export async function startJob(
	access: Pick<ClusterAccess, "namespace" | "cronJob" | "createJob">,
	name: string,
	wish: JobWish,
	remedy = "declare stores, then npm run up",
): Promise<V1Job> {
	const cronJob = await access.cronJob(name);
	if (cronJob === null) {
		throw new FailedError(`there is no CronJob ${name} in namespace ${access.namespace}: ${remedy}`);
	}
	return access.createJob(jobFrom(cronJob, randomBytes(3).toString("hex"), wish));
}

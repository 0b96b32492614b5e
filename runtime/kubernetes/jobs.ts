/** Jobs that are begun by hand, or by the archiver, from the CronJobs that the stack declares. */
import { randomBytes } from "node:crypto";
import type { V1CronJob, V1Job } from "@kubernetes/client-node";
import { FailedError } from "../exit.ts";
import type { ClusterAccess } from "./access.ts";

/** The CronJobs; components/naming.ts declares the same. */
export const cronJobNames = {
	full: "mysql-backup-full",
	incremental: "mysql-backup-incremental",
	logical: "mysql-backup-logical",
	validation: "mysql-validation",
	restore: "mysql-restore",
} as const;

export interface JobWish {
	/** Follow those of the template; each is a word of its own. Never a secret. */
	readonly args?: readonly string[];
	/** Why it was begun, for whoever finds it. */
	readonly reason: string;
}

/**
 * A job as the CronJob would begin it, owned by it, so that the history limits hold for it too. It is tried once: whoever
 * asked is there to see it fail.
 * @param suffix makes its name its own
 */
export function jobFrom(cronJob: V1CronJob, suffix: string, { args = [], reason }: JobWish): V1Job {
	const { name = "", namespace, uid = "" } = cronJob.metadata ?? {};
	const template = structuredClone(cronJob.spec?.jobTemplate);
	const container = template?.spec?.template.spec?.containers[0];
	if (template?.spec === undefined || container === undefined) throw new Error(`CronJob ${name} has no container`);
	container.args = [...(container.args ?? []), ...args];
	template.spec.backoffLimit = 0;
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

/**
 * Begins a job.
 * @throws FailedError where the stack declares no such CronJob
 */
export async function startJob(
	access: Pick<ClusterAccess, "namespace" | "cronJob" | "createJob">,
	name: string,
	wish: JobWish,
): Promise<V1Job> {
	const cronJob = await access.cronJob(name);
	if (cronJob === null) {
		throw new FailedError(
			`there is no CronJob ${name} in namespace ${access.namespace}: declare stores, then npm run up`,
		);
	}
	return access.createJob(jobFrom(cronJob, randomBytes(3).toString("hex"), wish));
}

/** What the CronJobs of a database have in common. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { cron, inSeconds } from "../objectives/index.ts";
import { labels, type Part, type Place } from "./naming.ts";

/** How late a job may still begin, at most: a backup at noon is not the nightly one. Seconds. */
const longestDelay = 3600;
/** A finished job's pod holds its volume; an hour is enough to read its log. Seconds. */
const keptSeconds = 3600;
/** A CronJob must have a schedule; this one never acts by itself. */
const never = "0 0 1 1 *";

/** @returns the seconds between two turns of a schedule, at most */
export const periodOf = (schedule: string, timezone: string): number =>
	Math.floor(inSeconds(cron(schedule, timezone).period()));

/** Of a CronJob that acts by itself: one job at a time. */
export const recurring = (schedule: string, timeZone: string) => ({
	schedule,
	timeZone,
	concurrencyPolicy: "Forbid",
	startingDeadlineSeconds: Math.min(longestDelay, Math.ceil(periodOf(schedule, timeZone) / 2)),
	successfulJobsHistoryLimit: 1,
	failedJobsHistoryLimit: 1,
});

/** Of a CronJob that is a template alone, for jobs that somebody else begins. */
export const suspended = { schedule: never, suspend: true, concurrencyPolicy: "Forbid" } as const;

export function jobTemplate(
	place: Place,
	part: Part,
	{ spec, ...limits }: { spec: k8s.types.input.core.v1.PodSpec; backoffLimit: number; activeDeadlineSeconds?: number },
) {
	const own = labels(place, part);
	return {
		metadata: { labels: own },
		spec: { ...limits, ttlSecondsAfterFinished: keptSeconds, template: { metadata: { labels: own }, spec } },
	};
}

/** The same options, after `more` as well. */
export function after(
	opts: pulumi.CustomResourceOptions,
	more: readonly pulumi.Resource[],
): pulumi.CustomResourceOptions {
	const before = opts.dependsOn ? [opts.dependsOn].flat() : [];
	return { ...opts, dependsOn: [...(before as pulumi.Resource[]), ...more] };
}

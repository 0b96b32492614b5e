import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Duration, Plan, Size } from "../objectives/index.ts";
import { after, jobTemplate, periodOf, recurring, suspended } from "./cronJobs.ts";
import { jobNames, metadata, type Place } from "./naming.ts";
import { declareSnapshotAccount } from "./snapshots/access.ts";
import { checkPod, type SnapshotPodShape, snapshotPod } from "./snapshots/pod.ts";

/** What snapshots of one database are declared from. */
export interface SnapshotsArgs extends Place {
	/** What is promised: what a database is made of anew from a snapshot bounds the RTO. */
	readonly rto: Duration;
	readonly rpo: Duration;
	/** The plan whose schedule is kept. */
	readonly plan: Plan;
	/** The runtime image. */
	readonly image: string;
	/** Names of the Secrets with passwords and certificates. */
	readonly secrets: SnapshotPodShape["secrets"];
	/** Size of an instance's volume: a copy is as large at least. */
	readonly volume: Size;
	/** Of the volume on which a snapshot is tried, by the storage that has it; default: the cluster's default class. */
	readonly storageClass?: string | undefined;
	/** Of the container in which a copy is booted, as Kubernetes writes it. */
	readonly jobMemory: string;
	readonly priorityClass?: string | undefined;
}

/** Node.js, which asks instances and storage. */
const takingMemory = "256Mi";

/**
 * Snapshots of a replica's volume on the plan's schedule, each booted and checked before it counts: a CronJob that takes
 * them, and the template of the job that tries one. Give it `dependsOn: [home, watchdog]`: its pods mount the Secrets that
 * the watchdog makes.
 *
 * *Data*: the snapshots themselves are never declared, and are kept by cluster and storage when the stack goes.
 */
export class Snapshots extends pulumi.ComponentResource {
	constructor(name: string, args: SnapshotsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:Snapshots", name, args, opts);
		const place: Place = { cluster: args.cluster, namespace: args.namespace };
		const own = { parent: this, ...(opts?.dependsOn ? { dependsOn: opts.dependsOn } : {}) };

		const account = declareSnapshotAccount(name, place, args.plan.topology.instances, own);
		const check = declareCheckTemplate(name, args, own);
		declareTaking(name, args, after(own, [...account, check]));

		this.registerOutputs({});
	}
}

/** Its own attempts are all that is tried by itself: what fails then is an alert until the next turn. */
function declareTaking(name: string, args: SnapshotsArgs, opts: pulumi.CustomResourceOptions) {
	const { image, secrets, priorityClass } = args;
	return new k8s.batch.v1.CronJob(
		`${name}-snapshot`,
		{
			metadata: metadata(args, "snapshot", jobNames.snapshot),
			spec: {
				...recurring(args.plan.snapshots.schedule, args.plan.backup.timezone),
				jobTemplate: jobTemplate(args, "snapshot", {
					activeDeadlineSeconds: turnOf(args),
					backoffLimit: 0,
					spec: snapshotPod({ place: args, image, secrets, memory: takingMemory, priorityClass }),
				}),
			},
		},
		opts,
	);
}

/** Begun by the job that took the snapshot, which waits for it. */
function declareCheckTemplate(name: string, args: SnapshotsArgs, opts: pulumi.CustomResourceOptions) {
	const { image, volume, storageClass, jobMemory: memory, priorityClass } = args;
	return new k8s.batch.v1.CronJob(
		`${name}-snapshot-check`,
		{
			metadata: metadata(args, "snapshot", jobNames.snapshotCheck),
			spec: {
				...suspended,
				jobTemplate: jobTemplate(args, "snapshot", {
					activeDeadlineSeconds: turnOf(args),
					backoffLimit: 0,
					spec: checkPod({ place: args, image, volume, storageClass, memory, priorityClass }),
				}),
			},
		},
		opts,
	);
}

/** One that hangs ends when its next turn has come. Seconds. */
function turnOf({ plan }: SnapshotsArgs): number {
	return periodOf(plan.snapshots.schedule, plan.backup.timezone);
}

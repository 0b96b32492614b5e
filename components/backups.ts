import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Duration, Plan, Size } from "../objectives/index.ts";
import { archiverRules, backupRules, declareAccount, restoreRules } from "./backups/access.ts";
import { archiverPod, type BackupPodShape, jobPod, restorePod } from "./backups/pod.ts";
import { after, jobTemplate, periodOf, recurring, suspended } from "./cronJobs.ts";
import {
	archiveName,
	archivePort,
	backupName,
	jobNames,
	labels,
	metadata,
	type Place,
	restoreName,
	skipAwait,
} from "./naming.ts";
import type { DatabaseAccess } from "./stores/made.ts";

/** What backups, archive and restores of one database are declared from. */
export interface BackupsArgs extends Place {
	/** What is promised: what is archived bounds the RPO, what is replayed the RTO. */
	readonly rto: Duration;
	readonly rpo: Duration;
	/** The plan whose schedules are kept. */
	readonly plan: Plan;
	/** The runtime image. */
	readonly image: string;
	/** Changes when the settings do, and so restarts the archiver with the new ones; jobs read them at their start. */
	readonly settingsHash: string;
	/** Names of the Secrets with passwords, certificates, the backups' two keys, and the stores' keys. */
	readonly secrets: BackupPodShape["secrets"] & { readonly stores: readonly string[] };
	/** Of each job's volume: room for a copy of all the data. */
	readonly scratch: Size;
	/** Of the volumes; default: the cluster's default class. */
	readonly storageClass?: string | undefined;
	/** Of each job's container, as Kubernetes writes it: a mysqld is booted in it. */
	readonly jobMemory: string;
	/** What the archiver may hold while the stores are away. */
	readonly spool: Size;
	/** Of the archiver's container, as Kubernetes writes it. */
	readonly archiverMemory: string;
	readonly priorityClass?: string | undefined;
	/** Who the pods are to stores that this stack has made. Default: they open stores with the keys in `secrets.stores`. */
	readonly access?: DatabaseAccess | undefined;
}

/**
 * What copies the database out of the cluster and tries the copies: an archiver that follows a replica, a CronJob for
 * each kind of backup, for the care of what is stored, and for the test of a restore; and the template of restores.
 * Give it `dependsOn: [home, watchdog]`: its pods mount the Secrets that the watchdog makes.
 *
 * *Data*: nothing here holds any that is not in the stores as well; deleting or replacing it loses none.
 */
export class Backups extends pulumi.ComponentResource {
	/** The Service of the archiver's port 8080: status, catalogue and metrics. */
	readonly service: string = archiveName;

	constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("mysql-dr:index:Backups", name, args, opts);
		const place: Place = { cluster: args.cluster, namespace: args.namespace };
		const own = { parent: this, ...(opts?.dependsOn ? { dependsOn: opts.dependsOn } : {}) };

		const archiver = declareArchiverAccount(name, place, args, own);
		const jobs = declareJobsAccount(name, place, args, own);
		const restorer = declareRestorerAccount(name, place, args, own);
		declareService(name, place, own);
		declareArchiver(name, args, after(own, archiver));
		for (const recurring of recurringJobs(args)) declareJob(name, args, recurring, after(own, jobs));
		declareRestoreTemplate(name, args, after(own, restorer));

		this.registerOutputs({ service: this.service });
	}
}

function declareArchiverAccount(
	name: string,
	place: Place,
	{ secrets, access }: BackupsArgs,
	opts: pulumi.CustomResourceOptions,
) {
	const rules = archiverRules(secrets.stores, secrets.backupKey);
	return declareAccount(name, place, { part: "archive", called: archiveName, rules, ...access?.archiver }, opts);
}

function declareJobsAccount(
	name: string,
	place: Place,
	{ secrets, access }: BackupsArgs,
	opts: pulumi.CustomResourceOptions,
) {
	const rules = backupRules(secrets.stores);
	return declareAccount(name, place, { part: "backup", called: backupName, rules, ...access?.jobs }, opts);
}

function declareRestorerAccount(
	name: string,
	place: Place,
	{ secrets, access }: BackupsArgs,
	opts: pulumi.CustomResourceOptions,
) {
	const rules = restoreRules(secrets.stores);
	return declareAccount(name, place, { part: "restore", called: restoreName, rules, ...access?.restorer }, opts);
}

function declareService(name: string, place: Place, opts: pulumi.CustomResourceOptions) {
	return new k8s.core.v1.Service(
		`${name}-archive`,
		{
			metadata: metadata(place, "archive", archiveName, skipAwait),
			spec: {
				selector: labels(place, "archive"),
				ports: [{ name: "http", port: archivePort, targetPort: archivePort, protocol: "TCP" }],
			},
		},
		opts,
	);
}

/** One, and never two at once. Not waited for: it can only be ready when there is a primary. */
function declareArchiver(name: string, args: BackupsArgs, opts: pulumi.CustomResourceOptions) {
	const selector = labels(args, "archive");
	return new k8s.apps.v1.Deployment(
		`${name}-archive`,
		{
			metadata: metadata(args, "archive", archiveName, skipAwait),
			spec: {
				replicas: 1,
				strategy: { type: "Recreate" },
				selector: { matchLabels: selector },
				template: {
					metadata: { labels: selector, annotations: { "mysql-dr/settings": args.settingsHash } },
					spec: archiverPod({
						...shape(args),
						volume: args.spool,
						memory: args.archiverMemory,
					}),
				},
			},
		},
		opts,
	);
}

/** A job of the calendar. */
interface Recurring {
	readonly title: keyof typeof jobNames;
	/** Null where the plan has none. */
	readonly schedule: string | null;
	/** Of `mysql-dr`. */
	readonly args: readonly string[];
}

function recurringJobs({ plan: { backup, validation } }: BackupsArgs) {
	const all: Recurring[] = [
		{ title: "full", schedule: backup.full, args: ["job", "backup", "full"] },
		{ title: "incremental", schedule: backup.incremental, args: ["job", "backup", "incremental"] },
		{ title: "logical", schedule: backup.logical, args: ["job", "backup", "logical"] },
		{ title: "care", schedule: backup.care, args: ["job", "care"] },
		{ title: "validation", schedule: validation.schedule, args: ["job", "validate"] },
	];
	return all.filter((one): one is Recurring & { readonly schedule: string } => one.schedule !== null);
}

/**
 * One at a time; one that hangs is ended, so that it does not keep the next from beginning. Jobs take turns, and Kubernetes
 * counts the time in which one waits for the nightly full backup: each has as long as that may take.
 */
function declareJob(
	name: string,
	args: BackupsArgs,
	{ title, schedule, args: words }: Recurring & { readonly schedule: string },
	opts: pulumi.CustomResourceOptions,
) {
	const { timezone, full } = args.plan.backup;
	const periods = [schedule, full ?? schedule].map((one) => periodOf(one, timezone));
	return new k8s.batch.v1.CronJob(
		`${name}-${title}`,
		{
			metadata: metadata(args, "backup", jobNames[title]),
			spec: {
				...recurring(schedule, timezone),
				jobTemplate: jobTemplate(args, "backup", {
					activeDeadlineSeconds: Math.max(...periods),
					// Once more after what passes; what does not pass is for people, and an alert.
					backoffLimit: 1,
					spec: jobPod(shape(args), words),
				}),
			},
		},
		opts,
	);
}

/** Tried once: an operator watches it, and says what to do next. */
function declareRestoreTemplate(name: string, args: BackupsArgs, opts: pulumi.CustomResourceOptions) {
	return new k8s.batch.v1.CronJob(
		`${name}-restore`,
		{
			metadata: metadata(args, "restore", jobNames.restore),
			spec: {
				...suspended,
				jobTemplate: jobTemplate(args, "restore", {
					backoffLimit: 0,
					spec: restorePod(shape(args), ["job", "restore"]),
				}),
			},
		},
		opts,
	);
}

function shape(args: BackupsArgs): BackupPodShape {
	const { image, secrets, scratch, storageClass, jobMemory, priorityClass } = args;
	return { place: args, image, secrets, volume: scratch, storageClass, memory: jobMemory, priorityClass };
}

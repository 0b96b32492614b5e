/** What the objects of one database are called. The runtime relies on these names; change none. */

/** One database of the stack, and the namespace that holds everything of it. */
export interface Place {
	/** The database's name, the value of the label `mysql-dr/cluster`. */
	readonly cluster: string;
	/** The Kubernetes namespace; by default the database's name. */
	readonly namespace: string;
}

/** Which part of a database an object belongs to, the value of `app.kubernetes.io/component`. */
export type Part = "database" | "watchdog" | "drill" | "archive" | "backup" | "restore" | "snapshot" | "import";

/** The StatefulSet, its headless Service and its PodDisruptionBudget. */
export const databaseName = "mysql";
/** The Service without a selector whose EndpointSlice (of the same name) belongs to the watchdog. */
export const primaryName = "mysql-primary";
/** The Service of all instances with the role `replica` whose data are fresh enough to be read. */
export const replicasName = "mysql-replicas";
/** The watchdog's Deployment, Service, ServiceAccount, Role, PodDisruptionBudget and Lease. */
export const watchdogName = "mysql-watchdog";
/** The archiver's Deployment, Service, ServiceAccount and Role. */
export const archiveName = "mysql-archive";
/** The ServiceAccount and Role of the jobs that make, keep and try backups, and the Lease by which one runs at a time. */
export const backupName = "mysql-backup";
/** The ServiceAccount and Role of the jobs that restore: they only read the stores. */
export const restoreName = "mysql-restore";
/** The ServiceAccount, Role and ClusterRole of the job that takes snapshots. */
export const snapshotName = "mysql-snapshot";
/** The CronJobs; the runtime starts jobs from them by these names. */
export const jobNames = {
	full: "mysql-backup-full",
	incremental: "mysql-backup-incremental",
	logical: "mysql-backup-logical",
	care: "mysql-backup-care",
	validation: "mysql-validation",
	/** Suspended for ever: what `mysql-dr restore` starts its jobs from. */
	restore: "mysql-restore",
	snapshot: "mysql-snapshot",
	/** Suspended for ever: what a snapshot's job starts the trial of that snapshot from. */
	snapshotCheck: "mysql-snapshot-check",
} as const;
/** The ConfigMap that hands plan and settings to the runtime, and its only key. */
export const settingsName = "mysql-settings";
export const settingsKey = "settings.json";
/** The Secrets that the runtime makes at first boot, unless existing ones are named. */
export const credentialsName = "mysql-credentials";
export const certificatesName = "mysql-tls";
export const authorityName = "mysql-ca";
export const backupKeyName = "mysql-backup-key";
/** Run-time state, never declared here: the cluster record, and what operators ask of the watchdog. */
export const recordName = "mysql-cluster";
export const requestName = "mysql-request";
/** An operator's order to change nothing for a while; written by `mysql-dr pause`. */
export const pauseName = "mysql-pause";
/** What a backup found to be damaged in its copy of an instance; written by its job, read by the watchdog. */
export const damageName = "mysql-damage";
/** Which volume an instance stands on, once it was replaced by one made of a snapshot; written by the watchdog. */
export const volumesName = "mysql-volumes";
/** The claim template's name: the StatefulSet adopts the claims called `data-mysql-<n>`. */
export const claimTemplate = "data";
/** Set by the watchdog alone, on pods: `primary`, `replica`, ... */
export const roleLabel = "mysql-dr/role";
/** Set by the watchdog alone, on pods: whether their data are fresh enough to be read. */
export const readsLabel = "mysql-dr/reads";
/** The zone of a node; `failure-domain.beta.kubernetes.io/zone` is gone from Kubernetes. */
export const zoneLabel = "topology.kubernetes.io/zone";
/** Nodes, where several share a zone. */
export const nodeLabel = "kubernetes.io/hostname";

/** Client and replication port of MySQL. */
export const mysqlPort = 3306;
/** MySQL's administrative interface: answers when `max_connections` is used up. */
export const adminPort = 33062;
/** The watchdog's HTTP port: probes, metrics, status. */
export const watchdogPort = 8080;

/** The archiver's HTTP port: probes, metrics, status, catalogue. */
export const archivePort = 8080;

/** @returns the name of the claim of the instance with this ordinal. */
export function claimName(ordinal: number): string {
	return `${claimTemplate}-${databaseName}-${ordinal}`;
}

/** @returns the names of the instances' pods, in order. */
export function podNames(instances: number): string[] {
	return Array.from({ length: instances }, (_, ordinal) => `${databaseName}-${ordinal}`);
}

/** @returns the labels that every object of a part carries, also the selector of its pods. */
export function labels(place: Place, part: Part): Record<string, string> {
	return {
		"app.kubernetes.io/name": "mysql",
		"app.kubernetes.io/part-of": "mysql-dr",
		"app.kubernetes.io/component": part,
		"mysql-dr/cluster": place.cluster,
	};
}

/** Name, namespace and labels of an object in a database's namespace. */
export interface Metadata {
	name: string;
	namespace: string;
	labels: Record<string, string>;
	annotations?: Record<string, string>;
}

/** @returns the metadata of one object, with annotations only where there are any. */
export function metadata(place: Place, part: Part, name: string, annotations?: Record<string, string>): Metadata {
	return {
		name,
		namespace: place.namespace,
		labels: labels(place, part),
		...(annotations ? { annotations } : {}),
	};
}

/**
 * Tells the provider not to wait: for a Service whose endpoints come later (a headless one is waited for by the
 * StatefulSet that it waits for: pulumi-kubernetes #1974), and for a claim that is bound by its first pod.
 */
export const skipAwait = { "pulumi.com/skipAwait": "true" } as const;

/** Tells the provider to take a field over that another writer has set. */
export const takeOver = { "pulumi.com/patchForce": "true" } as const;

/** One writer's name for what outlives the stack, so that a stack made anew takes it over without a conflict. */
export const sameFieldManager = { "pulumi.com/patchFieldManager": "mysql-dr" } as const;

/** API group of VolumeSnapshot and its class. */
export const snapshotGroup = "snapshot.storage.k8s.io";

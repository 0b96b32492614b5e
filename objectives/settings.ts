import { z } from "zod";
import { UserError } from "./error.ts";
import type { Plan } from "./plan.ts";

const milliseconds = z.number().nonnegative();

/** The parts of a plan that the runtime lives by are checked; the rest, and what later versions add, passes through. */
const planSchema = z.looseObject({
	tier: z.enum(["critical", "standard"]),
	objectives: z.looseObject({
		tier: z.enum(["critical", "standard"]),
		scenarios: z.record(z.string(), z.looseObject({ rto: milliseconds, rpo: milliseconds })),
	}),
	topology: z.looseObject({
		instances: z.number().int().positive(),
		zones: z.array(z.string()),
		acks: z.number().int().positive(),
	}),
	failover: z.looseObject({
		probePeriod: milliseconds.positive(),
		probeTimeout: milliseconds.positive(),
		confirmations: z.number().int().positive(),
		leaseDuration: milliseconds.positive(),
		leaseRenewPeriod: milliseconds.positive(),
		stallLimit: milliseconds.positive(),
		holdOff: milliseconds,
		catchUpLimit: milliseconds.positive(),
		drainLimit: milliseconds.positive(),
	}),
	replication: z.looseObject({
		heartbeat: milliseconds.positive(),
		netTimeout: milliseconds.positive(),
		connectRetry: milliseconds.positive(),
		applierWorkers: z.number().int().positive(),
	}),
	backup: z.looseObject({
		timezone: z.string(),
		archiveFlushInterval: milliseconds.positive(),
	}),
	/** The default is for settings written before there was this limit. */
	readLagLimit: milliseconds.positive().default(60_000),
	/** The defaults are for settings written before volumes were replaced. */
	volumes: z
		.looseObject({
			mountLimit: milliseconds.positive().default(300_000),
			holdOff: milliseconds.default(300_000),
		})
		.prefault({}),
	snapshots: z.looseObject({}),
	validation: z.looseObject({}),
	drills: z.looseObject({}),
});

const contact = z.looseObject({
	role: z.string(),
	name: z.string(),
	phone: z.string().optional(),
	email: z.string().optional(),
});

const store = z.looseObject({
	name: z.string().min(1),
	region: z.string().min(1),
	kind: z.enum(["s3", "gcs"]),
	bucket: z.string().min(1),
	endpoint: z.string().optional(),
	credentialsSecret: z.string().min(1).optional(),
	podsAlone: z.boolean().optional(),
	objectLock: z.object({ mode: z.enum(["governance", "compliance"]), days: z.number().int().positive() }).optional(),
});

const backup = z.looseObject({
	keySecret: z.string().min(1).default("mysql-backup-key"),
	keyManaged: z.boolean().default(true),
	scratchBytes: z
		.number()
		.positive()
		.default(2 ** 30),
	volumeBytes: z.number().positive().optional(),
	storageClass: z.string().min(1).optional(),
	runtimeImage: z.string().min(1).optional(),
	checks: z
		.array(z.object({ name: z.string().min(1), sql: z.string().min(1), expect: z.string().optional() }))
		.default([]),
});

/** `settings.json`: what the components tell the runtime about one database. Unknown keys are for later versions. */
export const settingsSchema = z.looseObject({
	cluster: z.string().min(1),
	namespace: z.string().min(1),
	site: z.string().min(1),
	region: z.string().min(1),
	zones: z.array(z.string().min(1)),
	members: z.number().int().positive(),
	schema: z.string().min(1),
	clusterDomain: z.string().min(1),
	/** Bytes of the mysql container. */
	memory: z.number().positive(),
	/** The runtime makes the passwords; false where an existing Secret has them. */
	credentialsManaged: z.boolean(),
	/** The Secret with one key an account; default: the one that the runtime makes. */
	credentialsSecret: z.string().min(1).default("mysql-credentials"),
	/** The runtime makes the certificates; false where an existing Secret has them. */
	tlsManaged: z.boolean(),
	/** The Secret with `ca.crt`, `tls.crt`, `tls.key`; default: the one that the runtime makes. */
	tlsSecret: z.string().min(1).default("mysql-tls"),
	plan: planSchema.transform((plan) => plan as unknown as Plan),
	contacts: z.array(contact),
	/** Where evidence goes; without any it stays in the cluster. */
	stores: z.array(store).default([]),
	/** The defaults are for settings written before there were backups. */
	backup: backup.prefault({}),
	/** Bytes up to which the volumes grow by themselves; without it they do not. */
	volumeGrowth: z.looseObject({ upTo: z.number().positive() }).optional(),
	/** Where volumes can be snapshot: their class. The default is for settings written before there were snapshots. */
	snapshots: z.looseObject({ snapshotClass: z.string().min(1).optional() }).prefault({}),
});

/** Someone who is called. */
export interface SettingsContact {
	readonly role: string;
	readonly name: string;
	readonly phone?: string | undefined;
	readonly email?: string | undefined;
}

/** A bucket, and which Secret opens it. */
export interface StoreSettings {
	readonly name: string;
	readonly region: string;
	readonly kind: "s3" | "gcs";
	readonly bucket: string;
	/** Default: the kind's own for the region. */
	readonly endpoint?: string | undefined;
	/** S3: with the keys `accessKey` and `secretKey`. GCS: with `credentials.json`. Default: the identity of the pod. */
	readonly credentialsSecret?: string | undefined;
	/**
	 * Opened by the identities of the archiver's and the jobs' pods and by nobody else: the watchdog, which has none, leaves
	 * reports and surplus in the cluster. Default: false.
	 */
	readonly podsAlone?: boolean | undefined;
	/** What is written is kept from deletion for as long, where the bucket was made with object lock. */
	readonly objectLock?: { readonly mode: "governance" | "compliance"; readonly days: number } | undefined;
}

/** A question that the user asks of every restored copy. */
export interface SqlCheck {
	readonly name: string;
	/** One statement; it holds if its first row's first column is `expect`, or, without one, is not 0, NULL or empty. */
	readonly sql: string;
	readonly expect?: string | undefined;
}

/** What backups and restores need besides the plan. */
export interface BackupFacilities {
	/** The Secret with `key` and `recoveryKey`; either opens every backup and the archive. */
	readonly keySecret: string;
	/** The runtime makes it; false where it is the user's own. */
	readonly keyManaged: boolean;
	/** Bytes of the volume on which backups are booted and restores are tried. */
	readonly scratchBytes: number;
	/** Bytes of each instance's volume: binary logs that are not archived may take a share of it. Default: no bound. */
	readonly volumeBytes?: number | undefined;
	readonly storageClass?: string | undefined;
	/** Image of the pods that operators start: the stack's own. */
	readonly runtimeImage?: string | undefined;
	readonly checks: readonly SqlCheck[];
}

/** What snapshots need besides the plan. */
export interface SnapshotFacilities {
	/** Name of the VolumeSnapshotClass; undefined where volumes cannot be snapshot. */
	readonly snapshotClass?: string | undefined;
}

/** The settings of one database, `settings.json`. */
export interface Settings {
	readonly cluster: string;
	readonly namespace: string;
	readonly site: string;
	readonly region: string;
	readonly zones: readonly string[];
	readonly members: number;
	readonly schema: string;
	readonly clusterDomain: string;
	readonly memory: number;
	readonly credentialsManaged: boolean;
	readonly credentialsSecret: string;
	readonly tlsManaged: boolean;
	readonly tlsSecret: string;
	readonly plan: Plan;
	readonly contacts: readonly SettingsContact[];
	readonly stores: readonly StoreSettings[];
	readonly backup: BackupFacilities;
	/** Bytes up to which the volumes grow by themselves; undefined: they do not. */
	readonly volumeGrowth?: { readonly upTo: number } | undefined;
	readonly snapshots: SnapshotFacilities;
}

/**
 * Reads `settings.json`, from its text or parsed.
 * @throws UserError naming the first setting that does not fit
 */
export function parseSettings(given: unknown): Settings {
	const result = settingsSchema.safeParse(typeof given === "string" ? parsed(given) : given);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	throw new UserError({
		field: ["settings", ...(issue?.path ?? [])].join("."),
		value: undefined,
		wrong: issue?.message ?? "does not fit",
		remedy: "write it with the same version of mysql-dr that reads it",
	});
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new UserError({
			field: "settings",
			value: undefined,
			wrong: `is not JSON (${cause instanceof Error ? cause.message : cause})`,
			remedy: "write it with the same version of mysql-dr that reads it",
		});
	}
}

import type { Duration } from "./duration.ts";
import type { Objectives } from "./scenarios.ts";
import type { Tier } from "./tiers.ts";

/**
 * Everything that follows from the objectives and the site: pure data, JSON without loss, all times in milliseconds,
 * schedules as five-field cron lines in `backup.timezone`. Made by `plan()` only.
 */
export interface Plan {
	readonly tier: Tier;
	readonly objectives: Objectives;
	readonly topology: Topology;
	readonly failover: FailoverSettings;
	readonly replication: ReplicationSettings;
	/** A replica whose data are older than this is no longer among those that serve reads. */
	readonly readLagLimit: Duration;
	readonly volumes: VolumeSettings;
	readonly backup: BackupSettings;
	readonly snapshots: SnapshotSettings;
	readonly validation: { readonly schedule: string };
	readonly drills: DrillCalendar;
}

/** Where the instances live and how many must have a write before it is acknowledged. */
export interface Topology {
	readonly instances: 3;
	/** One zone an instance where there are enough; `zones.length < instances` only with preferred anti-affinity. */
	readonly zones: readonly string[];
	/** Replicas that must have a transaction before the client hears "done". */
	readonly acks: 1;
	/** `required` (critical): an instance without a zone of its own stays pending. `preferred` (standard): it shares one. */
	readonly antiAffinity: "required" | "preferred";
	readonly watchdogs: 3;
}

/** How the watchdog notices and acts. */
export interface FailoverSettings {
	/** Time between two probes of an instance. */
	readonly probePeriod: Duration;
	/** A probe without an answer after this has failed. */
	readonly probeTimeout: Duration;
	/** Failed probes in a row before the primary counts as gone. */
	readonly confirmations: number;
	/** The watchdogs' Lease is free again this long after its last renewal. */
	readonly leaseDuration: Duration;
	readonly leaseRenewPeriod: Duration;
	/** A primary on which commits wait for this long, none finishing, is replaced although it answers. */
	readonly stallLimit: Duration;
	/** No second automatic change of the primary within this time, unless the new primary is dead. */
	readonly holdOff: Duration;
	/** How long a promotion waits for the candidate's applier before it says that the promise is at risk. */
	readonly catchUpLimit: Duration;
	/** How long a switchover waits for writers to finish before it gives up and undoes itself. */
	readonly drainLimit: Duration;
}

/** MySQL's own replication settings. */
export interface ReplicationSettings {
	readonly heartbeat: Duration;
	/** `replica_net_timeout`: a receiver that heard nothing for this long gives up its connection. */
	readonly netTimeout: Duration;
	readonly connectRetry: Duration;
	readonly applierWorkers: number;
}

/** When a replica's volume counts as lost, and is replaced. */
export interface VolumeSettings {
	/** A pod on a sound node that cannot mount its volume for this long gets another one. */
	readonly mountLimit: Duration;
	/** No second replacement of an instance's volume within this time; it doubles while nothing comes of them. */
	readonly holdOff: Duration;
}

/** Schedules and retention of backups and of the archive. */
export interface BackupSettings {
	/** IANA timezone of every cron line of the plan. */
	readonly timezone: string;
	/** Cron line; null where the kind is not made. */
	readonly full: string | null;
	readonly incremental: string | null;
	readonly logical: string | null;
	/** When what is kept is read again, and what retention lets go is removed. */
	readonly care: string;
	/** The archive's newest segment goes to the stores this often. */
	readonly archiveFlushInterval: Duration;
	readonly retention: Retention;
}

/** How long each kind is kept. */
export interface Retention {
	readonly full: Duration;
	readonly incremental: Duration;
	readonly logical: Duration;
	readonly archive: Duration;
}

export interface SnapshotSettings {
	readonly schedule: string;
	/** Snapshots kept; the last verified one is kept besides. */
	readonly keep: number;
}

/** Cron lines of the exercises; the written plan: restore monthly, failover quarterly, region yearly. */
export interface DrillCalendar {
	readonly failover: string;
	readonly restore: string;
	readonly region: string;
}

/** What a user may set himself; refused where the promise would break. Field names as in the configuration. */
export interface PlanOverrides {
	readonly archive?: { readonly flushInterval?: Duration | undefined } | undefined;
	/** Cron lines. */
	readonly schedules?:
		| {
				readonly full?: string | undefined;
				readonly incremental?: string | undefined;
				readonly logical?: string | undefined;
				readonly snapshots?: string | undefined;
				readonly validation?: string | undefined;
		  }
		| undefined;
}

import { type Duration, duration } from "./duration.ts";
import type {
	DrillCalendar,
	FailoverSettings,
	PlanOverrides,
	ReplicationSettings,
	Retention,
	SnapshotSettings,
} from "./plan.ts";
import type { Tier } from "./tiers.ts";

/**
 * Settings are chosen from ladders: each rung is at least as strict as the one before it in *every* value, a tier says
 * where to begin, and the first rung whose forecasts hold is taken. Hence a stricter objective can only lead to the same
 * rung or a later one, never to a laxer plan.
 */
export interface FailoverRung {
	readonly failover: FailoverSettings;
	readonly replication: ReplicationSettings;
}

const calm = {
	failover: {
		probePeriod: duration("1s"),
		probeTimeout: duration("2s"),
		confirmations: 2,
		leaseDuration: duration("10s"),
		leaseRenewPeriod: duration("2s"),
		stallLimit: duration("10s"),
		holdOff: duration("60s"),
		catchUpLimit: duration("60s"),
		drainLimit: duration("30s"),
	},
	replication: {
		heartbeat: duration("500ms"),
		netTimeout: duration("4s"),
		connectRetry: duration("1s"),
		applierWorkers: 4,
	},
} satisfies FailoverRung;

const prompt = {
	failover: {
		...calm.failover,
		probePeriod: duration("250ms"),
		probeTimeout: duration("1s"),
		leaseDuration: duration("2500ms"),
		leaseRenewPeriod: duration("500ms"),
		stallLimit: duration("4s"),
		catchUpLimit: duration("30s"),
		drainLimit: duration("10s"),
	},
	replication: { ...calm.replication, heartbeat: duration("250ms"), netTimeout: duration("1s") },
} satisfies FailoverRung;

const brisk = {
	...prompt,
	failover: {
		...prompt.failover,
		catchUpLimit: duration("5s"),
		drainLimit: duration("5s"),
	},
} satisfies FailoverRung;

/** Its catch-up limit is no more than the forecast's own term, so that nothing which the forecast grants is refused. */
const keen = {
	...brisk,
	failover: {
		...brisk.failover,
		probePeriod: duration("200ms"),
		probeTimeout: duration("500ms"),
		leaseDuration: duration("2s"),
		leaseRenewPeriod: duration("400ms"),
		stallLimit: duration("3s"),
		catchUpLimit: duration("1s"),
		drainLimit: duration("2s"),
	},
} satisfies FailoverRung;

/** Bounds the RTO of what the site survives. */
export const failoverLadder: readonly FailoverRung[] = [calm, prompt, brisk, keen];

/** Archive flush intervals; bound the RPO of what the site does not survive. */
export const archiveLadder = ["1m", "5s", "2s", "1s"].map((text) => duration(text));

/** Incremental backups; bound the replay, thus the RTO of a restore. */
export const incrementalLadder: readonly string[] = [
	"0 */6 * * *",
	"0 */2 * * *",
	"0 * * * *",
	"*/30 * * * *",
	"*/15 * * * *",
];

/** What a tier settles by itself, and the rungs at which it begins. */
export interface TierSettings {
	readonly failover: number;
	readonly archive: number;
	readonly incremental: number;
	readonly full: string;
	readonly logical: string;
	readonly validation: string;
	/** The oldest data that a replica may serve. */
	readonly readLagLimit: Duration;
	readonly snapshots: SnapshotSettings;
	readonly retention: Retention;
}

/** Backups at 02:00 as in the written plan; what reads them comes later in the night. */
export const tierSettings: Readonly<Record<Tier, TierSettings>> = {
	critical: {
		failover: 1,
		archive: 1,
		incremental: 2,
		full: "0 2 * * *",
		logical: "30 3 * * *",
		validation: "0 5 * * *",
		readLagLimit: duration("10s"),
		snapshots: { schedule: "15 */6 * * *", keep: 28 },
		retention: {
			full: duration("35d"),
			incremental: duration("7d"),
			logical: duration("35d"),
			archive: duration("35d"),
		},
	},
	standard: {
		failover: 0,
		archive: 0,
		incremental: 0,
		full: "0 2 * * *",
		logical: "30 3 * * 0",
		validation: "0 5 * * 0",
		readLagLimit: duration("1m"),
		snapshots: { schedule: "15 4 * * *", keep: 7 },
		retention: {
			full: duration("14d"),
			incremental: duration("3d"),
			logical: duration("28d"),
			archive: duration("14d"),
		},
	},
};

/** Daily, whatever the tier: when backups and their test are over. */
export const careSchedule = "30 6 * * *";

/** The written plan's calendar: restore monthly, failover quarterly, the other region yearly; in office hours. */
export const drillCalendar: DrillCalendar = {
	restore: "0 10 1 * *",
	failover: "0 10 15 1,4,7,10 *",
	region: "0 10 15 11 *",
};

/** The overridable schedules, for whoever walks through them. */
export type ScheduleName = keyof NonNullable<PlanOverrides["schedules"]>;

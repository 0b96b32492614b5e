import { cron } from "./cron.ts";
import type { Plan } from "./plan.ts";

/**
 * The partial order over plans: whether `one` is at least as strict as `other` in every setting, so that nothing was
 * weakened. Periods, limits and the longest gaps of schedules may only be shorter; counts and retention only larger;
 * anti-affinity only harder. Left out: hold-off and heartbeat, of which neither direction is stricter.
 */
export function atLeastAsStrict(one: Plan, other: Plan): boolean {
	return weakened(one, other).length === 0;
}

/** The settings in which `one` is laxer than `other`, by their path in the plan. */
export function weakened(one: Plan, other: Plan): readonly string[] {
	const before = new Map(scales(other));
	return scales(one)
		.filter(([name, strictness]) => strictness < (before.get(name) ?? 0))
		.map(([name]) => name);
}

/** Every setting on a scale on which more is stricter. */
function scales(plan: Plan): readonly (readonly [string, number])[] {
	const { topology, failover, replication, backup } = plan;
	const shorter = {
		"failover.probePeriod": failover.probePeriod,
		"failover.probeTimeout": failover.probeTimeout,
		"failover.detection": failover.probePeriod * failover.confirmations + failover.probeTimeout,
		"failover.leaseDuration": failover.leaseDuration,
		"failover.leaseRenewPeriod": failover.leaseRenewPeriod,
		"failover.stallLimit": failover.stallLimit,
		"failover.catchUpLimit": failover.catchUpLimit,
		"failover.drainLimit": failover.drainLimit,
		"replication.netTimeout": replication.netTimeout,
		"replication.connectRetry": replication.connectRetry,
		readLagLimit: plan.readLagLimit,
		"backup.archiveFlushInterval": backup.archiveFlushInterval,
		...gaps(plan),
	};
	const larger = {
		"topology.instances": topology.instances,
		"topology.zones": Math.min(topology.zones.length, topology.instances),
		"topology.acks": topology.acks,
		"topology.antiAffinity": topology.antiAffinity === "required" ? 1 : 0,
		"topology.watchdogs": topology.watchdogs,
		"replication.applierWorkers": replication.applierWorkers,
		"backup.retention.full": backup.retention.full,
		"backup.retention.incremental": backup.retention.incremental,
		"backup.retention.logical": backup.retention.logical,
		"backup.retention.archive": backup.retention.archive,
	};
	return [...Object.entries(shorter).map(([name, value]) => [name, -value] as const), ...Object.entries(larger)];
}

/** The longest gap of each schedule; endless where there is none. */
function gaps(plan: Plan): Record<string, number> {
	const { backup, snapshots, validation, drills } = plan;
	const lines = {
		"backup.full": backup.full,
		"backup.incremental": backup.incremental,
		"backup.logical": backup.logical,
		"snapshots.schedule": snapshots.schedule,
		"validation.schedule": validation.schedule,
		"drills.failover": drills.failover,
		"drills.restore": drills.restore,
		"drills.region": drills.region,
	};
	return Object.fromEntries(
		Object.entries(lines).map(([name, line]) => [
			name,
			line === null ? Number.POSITIVE_INFINITY : cron(line, backup.timezone).period(),
		]),
	);
}

import { cron } from "./cron.ts";
import { type Duration, inSeconds, milliseconds } from "./duration.ts";
import { UserError } from "./error.ts";
import type { Evidence } from "./evidence.ts";
import { forecast, judged, type Measure } from "./forecast.ts";
import {
	archiveLadder,
	careSchedule,
	drillCalendar,
	type FailoverRung,
	failoverLadder,
	incrementalLadder,
	tierSettings,
} from "./ladders.ts";
import type { BackupSettings, Plan, PlanOverrides, Topology, VolumeSettings } from "./plan.ts";
import { brokenPromises } from "./refusal.ts";
import { type Objectives, type Scenario, scenarios } from "./scenarios.ts";
import type { SiteFacts } from "./site.ts";

/**
 * Everything that follows from the objectives at this site: the laxest settings, from where the tier begins, under which
 * every forecast holds. Pure. Fields of errors are those of a database's configuration (`scenarios.zone.rto`), save
 * `site.zones`.
 * @param overrides what the user sets himself
 * @param evidence what the site measured, in place of the forecast's defaults
 * @throws UserError with a problem for each field that has to change: the objective, with the scenario and the term that
 * breaks it, or the override that does
 */
export function plan(
	objectives: Objectives,
	site: SiteFacts,
	overrides: PlanOverrides = {},
	evidence: Evidence = {},
): Plan {
	checkSchedules(overrides, site.timezone);
	const made = settled({ objectives, site, overrides, evidence });
	const forecasts = forecast(made, site, evidence);
	if (scenarios.every((scenario) => forecasts[scenario].holds)) return made;
	const free = settled({ objectives, site, overrides: {}, evidence });
	const without = forecast(free, site, evidence);
	const [first, ...others] = brokenPromises({ plan: made, forecasts, without, overrides });
	if (!first) throw new RangeError("a broken promise has a field");
	throw UserError.of([first, ...others]);
}

/** What a plan is made from. */
interface Wish {
	readonly objectives: Objectives;
	readonly site: SiteFacts;
	readonly overrides: PlanOverrides;
	readonly evidence: Evidence;
}

/** The ladders, one after the other: none depends on where another one ends. */
function settled(wish: Wish): Plan {
	const tier = tierSettings[wish.objectives.tier];
	const flush = wish.overrides.archive?.flushInterval;
	const incremental = wish.overrides.schedules?.incremental;
	const start = first(wish);
	const holds = (made: Plan, measure: Measure, of: readonly Scenario[]) =>
		of.every((scenario) => !judged({ ...wish, plan: made, scenario }).broken.includes(measure));
	const failover = climbed(
		failoverLadder.slice(tier.failover),
		(rung) => ({ ...start, ...rung }),
		(made) => waitsWithin(made, wish),
	);
	const archive = climbed(
		flush === undefined ? archiveLadder.slice(tier.archive) : [flush],
		(interval) => withBackup(failover, { archiveFlushInterval: interval }),
		(made) => holds(made, "rpo", ["zone", "cluster", "region"]),
	);
	return climbed(
		incremental === undefined ? incrementalLadder.slice(tier.incremental) : [incremental],
		(line) => withBackup(archive, { incremental: line }),
		(made) => holds(made, "rto", ["cluster", "region", "badData"]),
	);
}

/** The first rung that holds, or the last one: its forecast then says what breaks. */
function climbed<Rung>(rungs: readonly Rung[], make: (rung: Rung) => Plan, holds: (made: Plan) => boolean): Plan {
	const plans = rungs.map(make);
	const found = plans.find(holds) ?? plans.at(-1);
	if (!found) throw new RangeError("a ladder has at least one rung");
	return found;
}

/** Whether the failovers hold even when the candidate's applier takes all the time that the rung allows it. */
function waitsWithin(made: Plan, { site, evidence }: Wish): boolean {
	return (["pod", "node", "volume", "zone"] as const).every((scenario) => {
		const { rto, objective } = judged({ plan: made, site, evidence, scenario });
		const catchUp = rto.terms.find(({ name }) => name === "catch-up")?.seconds ?? 0;
		const spare = Math.max(0, inSeconds(made.failover.catchUpLimit) - catchUp);
		return rto.seconds + spare <= inSeconds(objective.rto);
	});
}

/** The plan at the foot of every ladder. */
function first({ objectives, site, overrides }: Wish): Plan {
	const tier = tierSettings[objectives.tier];
	const lines = overrides.schedules ?? {};
	const full = lines.full ?? tier.full;
	const gap = cron(full, site.timezone).period();
	const rung = failoverLadder[tier.failover] as FailoverRung;
	return {
		tier: objectives.tier,
		objectives,
		topology: topology(objectives, site),
		...rung,
		readLagLimit: tier.readLagLimit,
		volumes: volumes(objectives),
		backup: {
			timezone: site.timezone,
			full,
			incremental: lines.incremental ?? null,
			logical: lines.logical ?? tier.logical,
			care: careSchedule,
			archiveFlushInterval: archiveLadder[tier.archive] as Duration,
			retention: {
				...tier.retention,
				full: atLeastTwice(tier.retention.full, gap),
				archive: atLeastTwice(tier.retention.archive, gap),
			},
		},
		snapshots: {
			...tier.snapshots,
			schedule: lines.snapshots ?? tier.snapshots.schedule,
		},
		validation: { schedule: lines.validation ?? tier.validation },
		drills: drillCalendar,
	};
}

/**
 * Three instances in three zones. A standard database may live on two zones, its third instance beside another one, but
 * then a zone may take the primary and the only replica with its newest writes: its zone objectives must say so.
 */
function topology(objectives: Objectives, site: SiteFacts): Topology {
	const instances = 3;
	const zones = [...new Set(site.zones)];
	const least = objectives.tier === "critical" ? instances : 2;
	if (zones.length < least)
		throw new UserError({
			field: "site.zones",
			value: site.zones,
			wrong: `${zones.length} zone${zones.length === 1 ? "" : "s"} (${zones.join(", ") || "none"}) cannot keep ${instances} instances apart`,
			remedy: `a ${objectives.tier} database needs ${least} zones with a node each: name ${least - zones.length} more`,
		});
	return {
		instances,
		zones,
		acks: 1,
		antiAffinity: zones.length < instances ? "preferred" : "required",
		watchdogs: 3,
	};
}

/** A sixth of what is promised: what is left is for the new volume and its copy. A mount that hiccups takes seconds. */
function volumes({ scenarios: { volume } }: Objectives): VolumeSettings {
	const share = milliseconds(Math.max(30_000, Math.floor(volume.rto / 6)));
	return { mountLimit: share, holdOff: share };
}

function withBackup(made: Plan, changed: Partial<BackupSettings>): Plan {
	return { ...made, backup: { ...made.backup, ...changed } };
}

/** A backup must outlive the next two, or one failed run would leave none. */
function atLeastTwice(kept: Duration, gap: Duration): Duration {
	return milliseconds(Math.max(kept, 2 * gap));
}

function checkSchedules(overrides: PlanOverrides, zone: string): void {
	const lines = Object.entries(overrides.schedules ?? {});
	const [first, ...others] = lines.flatMap(([name, line]) => {
		try {
			if (line !== undefined) cron(line, zone);
			return [];
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			return [error.at(`schedules.${name}`)];
		}
	});
	if (first) throw UserError.of([first, ...others]);
}

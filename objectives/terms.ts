import { cron } from "./cron.ts";
import { defaultFigures, defaultRates, type FigureName, turboReplication } from "./defaults.ts";
import { type Duration, formatDuration, inSeconds, milliseconds } from "./duration.ts";
import type { Evidence, RateName } from "./evidence.ts";
import type { Plan } from "./plan.ts";
import type { Scenario } from "./scenarios.ts";
import type { SiteFacts } from "./site.ts";
import { formatSize } from "./size.ts";

/** One named part of a predicted time. */
export interface Term {
	readonly name: string;
	readonly seconds: number;
	/** `default: …` or `measured: …`, for people. */
	readonly source: string;
}

/** What a term is computed from. */
export interface Ground {
	readonly plan: Plan;
	readonly site: SiteFacts;
	readonly evidence: Evidence;
	readonly scenario: Scenario;
}

/** Makes one term. */
export type Builder = (ground: Ground) => Term;

/** A term that no setting bounds: what was measured takes the default's place. */
export function figure(name: FigureName, shownAs: string = name): Builder {
	return (ground) => {
		const { value, source } = defaultFigures[name];
		return measured(ground, shownAs) ?? term(shownAs, value, `default: ${source}`);
	};
}

/**
 * A term that a setting or a rate bounds. A measurement replaces it only where it was worse: a good run must not hide
 * that the setting was changed since.
 */
function bounded(ground: Ground, name: string, seconds: number, why: string) {
	const found = measured(ground, name);
	return found && found.seconds > seconds ? found : term(name, seconds, why);
}

/** Probe period x confirmations + probe timeout. */
export const detection: Builder = (ground) => {
	const { probePeriod, probeTimeout, confirmations } = ground.plan.failover;
	return bounded(
		ground,
		"detection",
		inSeconds(probePeriod) * confirmations + inSeconds(probeTimeout),
		`default: the plan probes every ${formatDuration(probePeriod)}, believes ${confirmations} failures in a row and gives each ${formatDuration(probeTimeout)}`,
	);
};

/** What the replicas' receivers need beyond the detection to notice a source that fell silent without a word. */
export const silence: Builder = (ground) => {
	const { netTimeout } = ground.plan.replication;
	const rest = inSeconds(netTimeout) - detection(ground).seconds;
	return bounded(
		ground,
		"receiver silence",
		Math.max(0, rest),
		`default: the replicas agree after ${formatDuration(netTimeout)} without a heartbeat, which runs beside the detection`,
	);
};

/** What a volume that fills up or hangs takes beyond the detection: mysqld answers as if nothing were. */
export const stall: Builder = (ground) => {
	const { stallLimit } = ground.plan.failover;
	const rest = inSeconds(stallLimit) - detection(ground).seconds;
	return bounded(
		ground,
		"stall",
		Math.max(0, rest),
		`default: a primary that answers while no commit finishes is replaced after ${formatDuration(stallLimit)}`,
	);
};

/** Only where the leading watchdog may be lost together with the primary. */
export const lease: Builder = (ground) => {
	const { leaseDuration, leaseRenewPeriod } = ground.plan.failover;
	return bounded(
		ground,
		"lease",
		inSeconds(leaseDuration) + inSeconds(leaseRenewPeriod),
		`default: the leading watchdog may be lost too; its lease runs out after ${formatDuration(leaseDuration)} and is taken within ${formatDuration(leaseRenewPeriod)}`,
	);
};

/** The volume copied from another instance. */
export const rebuild: Builder = (ground) => copied(ground, "rebuild", "clone");

/** The volume copied from a backup. */
export const restore: Builder = (ground) => copied(ground, "restore", "restore");

/** The archive since the newest backup, applied. */
export const replay: Builder = (ground) => {
	const { value, source } = rate(ground, "replay");
	const gap = backupGap(ground.plan);
	return bounded(
		ground,
		"replay",
		inSeconds(gap) / value,
		`${source}; up to ${formatDuration(gap)} since the newest backup`,
	);
};

/** The newest writes that may not have left for the stores yet. */
export const archiveFlush: Builder = (ground) => {
	const interval = ground.plan.backup.archiveFlushInterval;
	return bounded(
		ground,
		"archive flush",
		inSeconds(interval),
		`default: the plan sends the archive's newest segment every ${formatDuration(interval)}`,
	);
};

/** Until the other region has what was written: two stores are written to at once, one bucket in two regions is not. */
export const bucketReplication: Builder = (ground) => {
	if (!ground.site.stores.some(({ alsoIn }) => alsoIn !== undefined)) return figure("bucket replication lag")(ground);
	const why = `default: turbo replication promises ${formatDuration(turboReplication)}, and nothing sooner`;
	return bounded(ground, "bucket replication lag", inSeconds(turboReplication), why);
};

/** Nothing: every acknowledged write is in two zones. */
export const semiSync: Builder = () =>
	term(
		"semi-synchronous copy",
		0,
		"default: no write is acknowledged before a replica elsewhere has it on disk (AFTER_SYNC, never asynchronous)",
	);

/** Restores stop before a second of the binary log's clock. */
export const granularity: Builder = () =>
	term("archive granularity", 1, "default: the archive keeps every transaction; its clock counts whole seconds");

/** The longest time without a new full or incremental backup. */
export function backupGap(plan: Plan): Duration {
	const { full, incremental, timezone } = plan.backup;
	const gaps = [full, incremental].filter((line) => line !== null).map((line) => cron(line, timezone).period());
	return milliseconds(Math.min(...gaps));
}

function copied(ground: Ground, name: string, kind: RateName): Term {
	const { value, source } = rate(ground, kind);
	const { volume } = ground.site;
	const why = `${source}; a full volume of ${formatSize(volume)}`;
	return bounded(ground, name, volume / value, why);
}

function rate(ground: Ground, name: RateName) {
	const found = ground.evidence.rates?.findLast((entry) => entry.rate === name);
	return found && found.value > 0
		? { value: found.value, source: `measured: ${found.what}` }
		: {
				value: defaultRates[name].value,
				source: `default: ${defaultRates[name].source}`,
			};
}

function measured(ground: Ground, name: string): Term | undefined {
	const found = ground.evidence.terms?.findLast(
		(entry) => entry.term === name && (entry.scenario ?? ground.scenario) === ground.scenario,
	);
	return found && term(name, found.seconds, `measured: ${found.what}`);
}

/** Terms are whole milliseconds, so that their sum is exact. */
function term(name: string, seconds: number, source: string): Term {
	return { name, seconds: Math.ceil(Math.round(seconds * 1e6) / 1e3) / 1e3, source };
}

/** The document that a drill prints. Pure. */
import { inSeconds } from "../../objectives/duration.ts";
import type { Forecast, Term } from "../../objectives/forecast.ts";
import type { Scenario } from "../../objectives/scenarios.ts";
import { median } from "./gaps.ts";
import type { Judgement, Measurements, TimelineEntry, Verdict } from "./judgement.ts";
import type { Checked, LedgerReport } from "./messages.ts";

/** One drill; the names up to `verdict` are what scripts rely on. */
export interface DrillReport {
	readonly scenario: Scenario;
	/** The database that it was done to. */
	readonly cluster: string;
	/** ISO 8601. */
	readonly startedAt: string;
	readonly objective: { readonly rtoSeconds: number; readonly rpoSeconds: number };
	readonly forecast: { readonly rtoSeconds: number; readonly rpoSeconds: number; readonly terms: readonly Term[] };
	readonly measured: Judgement["measured"];
	readonly writeDowntimeSeconds: number;
	readonly timeline: readonly TimelineEntry[];
	readonly acknowledged: number;
	readonly lost: number;
	readonly verdict: Verdict;
	readonly reasons: readonly string[];
	/** What happened, for people. */
	readonly caused: string;
	/** Whom it happened to, and who took over. */
	readonly from: string;
	readonly to: string | null;
	/** Writes whose outcome nobody knows, and those that the server refused. */
	readonly unknown: number;
	readonly refused: number;
	/** What each instance lacks of the acknowledged writes. */
	readonly checked: readonly Checked[];
	/** Seconds from the victim's release, or else from the failure, until all was protected again; null where it never was. */
	readonly protectedAfterSeconds: number | null;
	readonly sysbench: { readonly tpsBefore: number | null; readonly tpsAfter: number | null };
	/** Acknowledged writes in each slice of time around the outage; null without a report of the ledger. */
	readonly series: {
		readonly fromSeconds: number;
		readonly sliceSeconds: number;
		readonly counts: readonly number[];
	} | null;
}

export interface ReportParts {
	readonly cluster: string;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	readonly seen: Measurements;
	readonly forecast: Forecast;
	readonly judgement: Judgement;
	readonly ledger: LedgerReport | null;
	readonly sysbench: DrillReport["sysbench"];
}

export function drillReport({
	cluster,
	startedAt,
	seen,
	forecast,
	judgement,
	ledger,
	sysbench,
}: ReportParts): DrillReport {
	const { rto, rpo, objective } = forecast;
	return {
		scenario: forecast.scenario,
		cluster,
		startedAt: new Date(startedAt).toISOString(),
		objective: { rtoSeconds: inSeconds(objective.rto), rpoSeconds: inSeconds(objective.rpo) },
		forecast: { rtoSeconds: rto.seconds, rpoSeconds: rpo.seconds, terms: rto.terms },
		...judgement,
		caused: seen.caused,
		from: seen.victim,
		to: seen.change?.to ?? null,
		unknown: ledger?.unknown ?? 0,
		refused: ledger?.refused ?? 0,
		checked: ledger?.checked ?? [],
		protectedAfterSeconds:
			seen.protectedAt === null ? null : (seen.protectedAt - (seen.releasedAt ?? seen.failureAt)) / 1000,
		sysbench,
		series: series(seen.failureAt, ledger),
	};
}

function series(failureAt: number, ledger: LedgerReport | null): DrillReport["series"] {
	if (ledger === null) return null;
	const { from, sliceMs, counts } = ledger.series;
	return { fromSeconds: Math.round(from - failureAt) / 1000, sliceSeconds: sliceMs / 1000, counts };
}

/** Several drills of one scenario: the median run's figures as the scenario's, the sums, and each run. */
export interface DrillSeries extends Omit<DrillReport, "timeline" | "series" | "checked" | "from" | "to" | "caused"> {
	readonly runs: readonly DrillReport[];
	readonly spread: { readonly leastSeconds: number; readonly mostSeconds: number };
	readonly timeline: readonly TimelineEntry[];
}

/**
 * @param wanted how many runs there should have been: fewer prove less, so the series is aborted
 * @throws TypeError of no reports
 */
export function summarise(reports: readonly DrillReport[], wanted = reports.length): DrillSeries {
	const [first] = reports;
	if (first === undefined) throw new TypeError("a summary needs at least one drill");
	const downtimes = reports.map(({ measured }) => measured.rtoSeconds);
	const missing = wanted - reports.length;
	const verdicts: Verdict[] = [...reports.map(({ verdict }) => verdict), ...(missing > 0 ? ["aborted" as const] : [])];
	const sum = (pick: (report: DrillReport) => number) => reports.reduce((total, report) => total + pick(report), 0);
	const worst = Math.max(...reports.map(({ measured }) => measured.rpoSeconds));
	const {
		timeline: _timeline,
		series: _series,
		checked: _checked,
		from: _from,
		to: _to,
		caused: _caused,
		...rest
	} = first;
	return {
		...rest,
		measured: { rtoSeconds: round(median(downtimes)), rpoSeconds: worst },
		writeDowntimeSeconds: round(median(reports.map(({ writeDowntimeSeconds }) => writeDowntimeSeconds))),
		timeline: closestTo(median(downtimes), reports).timeline,
		acknowledged: sum(({ acknowledged }) => acknowledged),
		lost: sum(({ lost }) => lost),
		unknown: sum(({ unknown }) => unknown),
		refused: sum(({ refused }) => refused),
		verdict: worstVerdict(verdicts),
		reasons: [...reports.flatMap(({ reasons }) => reasons), ...(missing > 0 ? [`${missing} runs were not made`] : [])],
		spread: { leastSeconds: Math.min(...downtimes), mostSeconds: Math.max(...downtimes) },
		runs: reports,
	};
}

function closestTo(seconds: number, reports: readonly DrillReport[]): DrillReport {
	const distance = (report: DrillReport) => Math.abs(report.measured.rtoSeconds - seconds);
	return reports.reduce((best, report) => (distance(report) < distance(best) ? report : best));
}

/** A broken promise outweighs a run that proved nothing. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
	if (verdicts.includes("broken")) return "broken";
	return verdicts.includes("aborted") ? "aborted" : "held";
}

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** A drill's report for people. */
import type { Scenario } from "../../objectives/scenarios.ts";
import type { Paint } from "../terminal/paint.ts";
import { seconds, sinceStart } from "../terminal/seconds.ts";
import { condense, sparkline } from "../terminal/sparkline.ts";
import { table } from "../terminal/table.ts";
import type { Verdict } from "./judgement.ts";
import type { DrillReport, DrillSeries } from "./report.ts";

/** @param columns of the terminal, for the picture */
export function reportLines(report: DrillReport, paint: Paint, columns: number): string[] {
	const { objective, forecast, measured, acknowledged, lost, unknown } = report;
	const { recovered } = wordsOf(report.scenario);
	const took = `${report.caused}${report.to === null ? "" : `, ${report.to} took over`}`;
	return [
		`drill ${report.scenario}: ${took}`,
		"",
		...table(report.timeline.map(({ atSeconds, step }) => [sinceStart(atSeconds).padStart(9), step])),
		"",
		...picture(report, columns),
		...table([
			["", "measured", "forecast", "objective"].map(paint.faint),
			...(recovered === downtime ? [] : [[downtime, seconds(report.writeDowntimeSeconds), "", ""]]),
			[recovered, ...[measured.rtoSeconds, forecast.rtoSeconds, objective.rtoSeconds].map(seconds)],
			["data lost", ...[measured.rpoSeconds, forecast.rpoSeconds, objective.rpoSeconds].map(seconds)],
		]),
		"",
		`${acknowledged} writes acknowledged, ${lost === 0 ? "0" : paint.bad(String(lost))} of them lost; ${unknown} without an answer`,
		...clients(report),
		verdictLine(report, paint),
	];
}

const downtime = "write downtime";

interface Words {
	/** What the promised time counts to. */
	readonly recovered: string;
	/** What is counted from until all is protected again. */
	readonly since: string;
}

function wordsOf(scenario: Scenario): Words {
	if (scenario !== "volume") return { recovered: downtime, since: "it was let go" };
	return { recovered: "writes and copies back", since: "its volume was destroyed" };
}

/** Several runs: a line each, then the figures together. */
export function seriesLines(series: DrillSeries, paint: Paint): string[] {
	const { measured, spread, acknowledged, lost, objective, runs } = series;
	const rows = runs.map((run, index) => [
		String(index + 1),
		`${run.from} -> ${run.to ?? "nobody"}`,
		seconds(run.measured.rtoSeconds),
		run.protectedAfterSeconds === null ? "-" : seconds(run.protectedAfterSeconds),
		String(run.acknowledged),
		String(run.lost),
		verdictText(run.verdict, paint),
	]);
	return [
		...table([["RUN", "PRIMARY", "DOWN", "REJOINED", "ACKNOWLEDGED", "LOST", "VERDICT"].map(paint.faint), ...rows]),
		"",
		`${wordsOf(series.scenario).recovered}: median ${seconds(measured.rtoSeconds)}, least ${seconds(spread.leastSeconds)}, most ${seconds(spread.mostSeconds)}; objective ${seconds(objective.rtoSeconds)}`,
		`${acknowledged} writes acknowledged, ${lost === 0 ? "0" : paint.bad(String(lost))} of them lost`,
		verdictLine(series, paint),
	];
}

function picture({ series }: DrillReport, columns: number): string[] {
	if (series === null || series.counts.length === 0) return [];
	const bars = condense(series.counts, Math.max(20, columns - 2));
	const length = series.counts.length * series.sliceSeconds;
	const title = `acknowledged writes, ${sinceStart(series.fromSeconds)} to ${sinceStart(series.fromSeconds + length)}:`;
	return [title, sparkline(bars), ""];
}

function clients({ scenario, sysbench, protectedAfterSeconds }: DrillReport): string[] {
	const lines: string[] = [];
	if (sysbench.tpsBefore !== null) {
		lines.push(`sysbench: ${sysbench.tpsBefore} transactions/s before, ${sysbench.tpsAfter ?? "none"} after`);
	}
	if (protectedAfterSeconds !== null) {
		const { since } = wordsOf(scenario);
		lines.push(`the instance was back and all protected ${seconds(protectedAfterSeconds)} after ${since}`);
	}
	return lines;
}

function verdictLine({ verdict, reasons }: Pick<DrillReport, "verdict" | "reasons">, paint: Paint): string {
	return `verdict: ${verdictText(verdict, paint)}${reasons.map((reason) => `; ${reason}`).join("")}`;
}

function verdictText(verdict: Verdict, paint: Paint): string {
	if (verdict === "held") return paint.good("held");
	return verdict === "broken" ? paint.bad("broken") : paint.attention("aborted");
}

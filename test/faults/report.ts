/** What the runs of each row say together. Pure. */
import { median } from "../../runtime/drill/gaps.ts";
import type { Run } from "./play.ts";
import type { Row } from "./rows/row.ts";

export interface RowReport {
	readonly row: string;
	readonly title: string;
	readonly runs: number;
	readonly acknowledged: number;
	readonly lost: number;
	readonly verdict: "held" | "broken";
	/** How long the runs took together. */
	readonly seconds: number;
	/** Seconds without an acknowledged write, over the runs; null where the row is not about that. */
	readonly downtime: { readonly median: number; readonly least: number; readonly most: number } | null;
	readonly budget: number | null;
	readonly reasons: readonly string[];
}

export function reportOf(row: Row, runs: readonly Run[]): RowReport {
	const sum = (of: (run: Run) => number) => runs.reduce((total, run) => total + of(run), 0);
	const times = row.budget === null ? [] : runs.flatMap(({ downtime }) => (downtime === null ? [] : [downtime]));
	const reasons = runs.flatMap((run) => run.reasons);
	return {
		row: row.row,
		title: row.title,
		runs: runs.length,
		acknowledged: sum((run) => run.acknowledged),
		lost: sum((run) => run.lost),
		verdict: reasons.length === 0 ? "held" : "broken",
		seconds: Math.round(sum((run) => run.took) * 10) / 10,
		downtime:
			times.length === 0 ? null : { median: median(times), least: Math.min(...times), most: Math.max(...times) },
		budget: row.budget,
		reasons,
	};
}

const widths = [4, 6, 5, 12, 5, 20, 7];

export const heading = line(["row", "", "runs", "acknowledged", "lost", "down s (least-most)", "took s"], "");

export function lineOf(report: RowReport): string {
	const { downtime: down } = report;
	const times = down === null ? "-" : `${down.median.toFixed(2)} (${down.least.toFixed(2)}-${down.most.toFixed(2)})`;
	const { row, verdict, runs, acknowledged, lost, seconds } = report;
	const cells = [row, verdict, `${runs}`, `${acknowledged}`, `${lost}`, times, `${seconds}`];
	return [line(cells, report.title), ...report.reasons.map((reason) => `     ${reason}`)].join("\n");
}

function line(cells: readonly string[], last: string): string {
	return `${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(" ")} ${last}`.trimEnd();
}

/** The part of `npm test` that is real processes without a kubelet: the most telling rows of the fault catalogue. */
import { join } from "node:path";
import { checkout } from "../engine/stack.ts";
import type { StepProgress } from "../step.ts";
import { run } from "../tools/run.ts";
import type { Tally } from "./test.ts";

/** Killed, isolated, refused for safety, no API, errant, stalled disk, switchover: one of each kind. */
const rows = ["1", "5a", "8", "14", "19a", "25b", "27a"];

interface RowReport {
	readonly row: string;
	readonly title: string;
	readonly verdict: string;
	readonly reasons: readonly string[];
}

export async function faultTests(progress: StepProgress): Promise<Tally> {
	const { stdout } = await run(process.execPath, [join("test", "faults", "run.ts"), ...rows, "--json"], {
		cwd: checkout,
		accept: [0, 1],
		env: { NODE_OPTIONS: "--no-warnings" },
		onLine: (line) => progress.far(line.trim().slice(0, 100)),
	});
	return faultsTally(stdout, rows.length);
}

/** @param wanted rows that were to be played: what was not reached did not pass either */
export function faultsTally(report: string, wanted: number): Tally {
	const { rows: played }: { rows: readonly RowReport[] } = JSON.parse(report);
	const broken = played.filter(({ verdict }) => verdict !== "held");
	const passed = played.length - broken.length;
	const faults = broken.map(({ row, title, reasons }) => `row ${row}, ${title}: ${reasons.join("; ")}`);
	return { passed, failed: wanted - passed, faults };
}

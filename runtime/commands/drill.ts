/** `mysql-dr drill <scenario>` */
import type { Duration } from "../../objectives/duration.ts";
import { UserError } from "../../objectives/error.ts";
import { drillAllVolumes } from "../drill/allVolumesDrill.ts";
import type { Verdict } from "../drill/judgement.ts";
import { drillPod } from "../drill/podDrill.ts";
import { type DrillReport, summarise } from "../drill/report.ts";
import { reportLines, seriesLines } from "../drill/reportText.ts";
import { drillVolume } from "../drill/volumeDrill.ts";
import type { Exit } from "../exit.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { confirmed } from "./confirmed.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { restoreLost } from "./restore.ts";

export interface DrillOptions extends SharedOptions {
	readonly duration?: Duration;
	readonly runs?: number;
	readonly all?: boolean;
	readonly yes?: boolean;
}

/** Which drills there are; more come with what they need. */
const drills = { pod: drillPod, volume: drillVolume } as const;
type Drilled = (typeof drills)[keyof typeof drills];

export async function drill(context: Context, options: DrillOptions, scenario = ""): Promise<Result> {
	const { terminal, signal } = context;
	if (!Object.hasOwn(drills, scenario)) throw unknownScenario(scenario);
	const access = clusterAccess(options);
	const settings = await readSettings(access);
	const drilled = options.all ? await everyVolume(context, access, options, scenario) : drills[scenario as "pod"];
	const runs = options.runs ?? 1;
	const reports: DrillReport[] = [];
	for (let run = 1; run <= runs && !signal.aborted; run++) {
		const prefix = runs === 1 ? "" : `run ${run} of ${runs}: `;
		const once = drilled({
			access,
			settings,
			steadyMs: options.duration ?? 5_000,
			signal,
			note: (line) => terminal.note(`${prefix}${line}`),
			live: (line) => terminal.live(`${prefix}${line}`),
		});
		const report = await once.catch((error: Error) => endedBy(error, reports, terminal));
		if (report === null) break;
		reports.push(report);
	}
	const [first] = reports;
	if (runs === 1 && first !== undefined) {
		const lines = reportLines(first, terminal.paint, terminal.columns);
		return { exit: exitFor(first.verdict), document: first, lines };
	}
	const series = summarise(reports, runs);
	return { exit: exitFor(series.verdict), document: series, lines: seriesLines(series, terminal.paint) };
}

/** Of a database that was made for it: all that it holds is destroyed, so somebody must agree. */
async function everyVolume(
	context: Context,
	access: ClusterAccess,
	{ yes }: DrillOptions,
	scenario: string,
): Promise<Drilled> {
	if (scenario !== "volume") {
		const remedy = "leave it out, or choose volume";
		throw new UserError({ field: "--all", value: undefined, wrong: `does not go with "${scenario}"`, remedy });
	}
	const question = `Destroy every copy of the data in namespace ${access.namespace}, to bring them back from the stores?`;
	if (!yes) await confirmed(context.terminal, question);
	const wish = { kind: "replace", target: { kind: "latest" }, replaces: "new-volumes" } as const;
	const restore = async () => void (await restoreLost(access, wish, context, { yes: true }));
	return (given) => drillAllVolumes({ ...given, restore });
}

/** What the runs so far have shown is not thrown away because another could not be begun. */
function endedBy(error: Error, reports: readonly DrillReport[], terminal: Terminal): null {
	if (reports.length === 0) throw error;
	terminal.note(`no more runs: ${error.message}`);
	return null;
}

function exitFor(verdict: Verdict): Exit {
	if (verdict === "held") return "done";
	return verdict === "broken" ? "broken" : "failed";
}

function unknownScenario(scenario: string): UserError {
	return new UserError({
		field: "scenario",
		value: scenario,
		wrong: `there is no drill "${scenario}"`,
		remedy: `choose one of ${Object.keys(drills).join(", ")}`,
	});
}

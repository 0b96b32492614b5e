/** A restore test held against a whole scenario: the forecast, with the rates that the test measured in place of the defaults. */
import { forecast, inSeconds, type Plan, type Scenario, type SiteFacts } from "../../objectives/index.ts";
import type { DeclaredStack } from "../frame/declared.ts";
import type { Finding } from "../frame/rule.ts";
import { databaseType } from "../objectives/forecastWithinObjective.ts";
import type { Report } from "./report.ts";

export interface Planned {
	readonly plan: Plan;
	readonly site: SiteFacts;
}

/** Of a database of this project; undefined of any other one. */
export function planOf({ resources }: DeclaredStack, cluster: string): Planned | undefined {
	const database = resources.find(({ type, name }) => type === databaseType && name.split("/").at(-1) === cluster);
	return database && { plan: database.inputs.plan, site: database.inputs.site };
}

/**
 * The test ends when a copy is at the newest transaction: what else is to be done after the loss of a cluster, only the
 * forecast knows. How old that transaction was, it measured.
 */
export function* brokenAsMeasured(report: Report, { plan, site }: Planned, scenario: Scenario): Generator<Finding> {
	const { rto, objective } = forecast(plan, site, { rates: report.rates })[scenario];
	const [promised, lost] = [inSeconds(objective.rto), inSeconds(objective.rpo)];
	if (rto.seconds > promised) {
		const most = rto.terms.reduce((largest, term) => (term.seconds > largest.seconds ? term : largest));
		yield {
			setting: `: forecast of ${scenario} with what it measured, in seconds`,
			value: Math.ceil(rto.seconds),
			remedy: `${promised} are promised, and "${most.name}" takes ${Math.ceil(most.seconds)} (${most.source}): find out what takes so long, or promise what it takes`,
		};
	}
	const { rpoSeconds } = report.measured;
	if (rpoSeconds > lost)
		yield {
			setting: ": measured.rpoSeconds",
			value: rpoSeconds,
			remedy: `${lost} is promised: find out why the archive is behind, or promise what it takes`,
		};
}

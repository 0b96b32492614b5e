/** Family "objectives": every declared database keeps what it promises, by the same forecast as everything else. */
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { type Forecast, forecast, inSeconds, type Plan, type SiteFacts, scenarios } from "../objectives/index.ts";

/** The component whose args carry objectives, plan and site. */
const databaseType = "mysql-dr:index:MysqlCluster";

/** Why a forecast breaks its objective, and by which term: one line a measure. */
export function brokenPromises(plan: Plan, site: SiteFacts): string[] {
	const predicted = forecast(plan, site);
	return scenarios.flatMap((scenario) =>
		predicted[scenario].broken.map((measure) => explained(predicted[scenario], measure)),
	);
}

function explained({ scenario, objective, ...predicted }: Forecast, measure: "rto" | "rpo"): string {
	const { seconds, terms } = predicted[measure];
	const largest = terms.reduce((most, term) => (term.seconds > most.seconds ? term : most));
	const promised = inSeconds(objective[measure]);
	return (
		`${scenario}: ${measure.toUpperCase()} forecast ${seconds} s, promised ${promised} s; ` +
		`most of it is "${largest.name}" with ${largest.seconds} s (${largest.source}). ` +
		`Shorten that, or promise what it takes: scenarios.${scenario}.${measure}`
	);
}

const forecastWithinObjective: ResourceValidationPolicy = {
	name: "forecast-within-objective",
	description: "In every scenario the forecast recovery time and data loss are within the objective.",
	enforcementLevel: "mandatory",
	validateResource: ({ type, props }, reportViolation) => {
		if (type !== databaseType) return;
		for (const line of brokenPromises(props.plan, props.site)) reportViolation(line);
	},
};

/** The rules of this family. */
export const objectivesPolicies = [forecastWithinObjective];

import { cron } from "./cron.ts";
import { type Duration, formatDuration, milliseconds } from "./duration.ts";
import { shown, UserError } from "./error.ts";
import { type Forecast, largest, type Measure } from "./forecast.ts";
import { incrementalLadder } from "./ladders.ts";
import type { Plan, PlanOverrides } from "./plan.ts";
import { type Objectives, type Scenario, scenarioMeanings, scenarios } from "./scenarios.ts";

/** The forecasts of a plan. */
export type Forecasts = Readonly<Record<Scenario, Forecast>>;

/** A plan that breaks a promise, and what would be without the user's own settings. */
export interface Refused {
	readonly plan: Plan;
	readonly forecasts: Forecasts;
	/** The forecasts of the plan without overrides. */
	readonly without: Forecasts;
	readonly overrides: PlanOverrides;
}

/** What can be done about a term besides allowing more time; nothing for the rest. */
const remedies: Readonly<Record<string, string>> = {
	restore: "take a smaller volume",
	rebuild: "take a smaller volume",
};

/**
 * One error for each field that has to change, for all the promises that its value breaks: the user's own setting where
 * the promise would hold without it, else the objective, with the term that breaks it.
 */
export function brokenPromises(refused: Refused): UserError[] {
	const worst = new Map<string, { seconds: number; error: UserError }>();
	for (const scenario of scenarios)
		for (const measure of refused.forecasts[scenario].broken) {
			const error = brokenPromise(refused, scenario, measure);
			const { seconds } = refused.forecasts[scenario][measure];
			if (seconds > (worst.get(error.field)?.seconds ?? -1)) worst.set(error.field, { seconds, error });
		}
	return [...worst.values()].map(({ error }) => error);
}

function brokenPromise(refused: Refused, scenario: Scenario, measure: Measure): UserError {
	if (refused.without[scenario].broken.includes(measure)) return unsatisfiable(refused, scenario, measure);
	return measure === "rpo" ? flushTooSeldom(refused, scenario) : backupTooSeldom(refused, scenario);
}

function unsatisfiable(refused: Refused, scenario: Scenario, measure: Measure): UserError {
	const prediction = refused.forecasts[scenario][measure];
	const { objectives, topology } = refused.plan;
	const allowed = objectives.scenarios[scenario][measure];
	const field = objectiveField(scenario, measure, objectives);
	const limit = largest(prediction.terms);
	const crowded = scenario === "zone" && topology.zones.length < topology.instances;
	const mend = crowded ? "name a third zone in site.zones" : remedies[limit?.name ?? ""];
	const least = readable(prediction.seconds);
	return new UserError({
		field,
		value: formatDuration(allowed),
		wrong: `${formatDuration(allowed)} cannot be kept when ${scenarioMeanings[scenario].title}: the forecast is ${least}, of which ${shown(limit?.name)} takes ${readable(limit?.seconds ?? 0)} (${limit?.source})`,
		remedy: `set ${field} to ${least} or more${mend ? `, or ${mend}` : ""}`,
	});
}

/** The written plan's own contradiction: binary logs copied every 15 min under an RPO of 5 min. */
function flushTooSeldom(refused: Refused, scenario: Scenario): UserError {
	const interval = refused.overrides.archive?.flushInterval ?? milliseconds(0);
	const { objective, rpo } = refused.forecasts[scenario];
	return new UserError({
		field: "archive.flushInterval",
		value: formatDuration(interval),
		wrong: `${formatDuration(interval)} breaks the RPO of ${formatDuration(objective.rpo)} when ${scenarioMeanings[scenario].title}: the forecast is ${readable(rpo.seconds)}, of which "archive flush" takes ${readable(interval / 1000)}`,
		remedy: `set at most ${formatDuration(longestInterval(refused.forecasts, interval))}, or leave it to the plan`,
	});
}

/** The longest interval under which every scenario keeps its RPO. */
function longestInterval(forecasts: Forecasts, interval: Duration): Duration {
	const limits = scenarios
		.map((scenario) => forecasts[scenario])
		.filter(({ rpo }) => rpo.terms.some(({ name }) => name === "archive flush"))
		.map(({ rpo, objective }) => objective.rpo - (Math.round(rpo.seconds * 1000) - interval));
	return milliseconds(Math.max(0, Math.min(...limits)));
}

function backupTooSeldom(refused: Refused, scenario: Scenario): UserError {
	const { incremental, timezone } = refused.plan.backup;
	const { objective, rto } = refused.forecasts[scenario];
	const replay = rto.terms.find(({ name }) => name === "replay");
	const gap = incremental === null ? "never" : `up to ${formatDuration(cron(incremental, timezone).period())} apart`;
	return new UserError({
		field: "schedules.incremental",
		value: incremental,
		wrong: `${shown(incremental)} (${gap}) breaks the RTO of ${formatDuration(objective.rto)} when ${scenarioMeanings[scenario].title}: the forecast is ${readable(rto.seconds)}, of which "replay" takes ${readable(replay?.seconds ?? 0)}`,
		remedy: `back up more often (the strictest that the plan knows is ${shown(incrementalLadder.at(-1))}), or leave it to the plan`,
	});
}

/** Rounded up to whole seconds above ten: nobody types milliseconds into an objective of minutes. */
function readable(seconds: number): string {
	return formatDuration(milliseconds(seconds > 10 ? Math.ceil(seconds) * 1000 : Math.round(seconds * 1000)));
}

/** The field that the user most likely wrote: the database's own objective where the scenario takes it over. */
function objectiveField(scenario: Scenario, measure: Measure, objectives: Objectives): string {
	const meaning = scenarioMeanings[scenario];
	const inherits = measure === "rpo" ? meaning.rpo === "tier" : meaning.site;
	const same = objectives[measure] === objectives.scenarios[scenario][measure];
	return inherits && same ? measure : `scenarios.${scenario}.${measure}`;
}

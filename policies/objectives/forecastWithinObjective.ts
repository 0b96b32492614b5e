import {
	backupGap,
	bytes,
	type Forecast,
	forecast,
	formatDuration,
	formatSize,
	inSeconds,
	type Measure,
	milliseconds,
	type Plan,
	type SiteFacts,
	scenarioMeanings,
	scenarios,
	type Term,
} from "../../objectives/index.ts";
import { type Finding, resourceRule } from "../frame/rule.ts";

/** The component whose args carry objectives, plan and site. */
export const databaseType = "mysql-dr:index:MysqlCluster";

export const forecastWithinObjective = resourceRule({
	name: "forecast-within-objective",
	family: "objectives",
	what: "In every scenario the forecast recovery time and data loss are within the objective.",
	why: {
		reason:
			"A promise that the settings cannot keep is broken by the first failure. The forecast is a sum of named terms, each with its source, and the same one that plan, runbooks and drills use.",
		source: "docs/objectives.md, forecast",
	},
	fix: "Change the setting that the message names, or promise what it takes.",
	severity: "critical",
	of: (type) => type === databaseType,
	judge: ({ props }) => brokenPromises(props.plan, props.site),
});

/** Why a forecast breaks its objective, by which term, and which setting would mend it: a finding a measure. */
export function brokenPromises(plan: Plan, site: SiteFacts): Finding[] {
	const predicted = forecast(plan, site);
	return scenarios.flatMap((scenario) =>
		predicted[scenario].broken.map((measure) => broken(predicted[scenario], measure, { plan, site })),
	);
}

interface Ground {
	readonly plan: Plan;
	readonly site: SiteFacts;
}

function broken({ scenario, objective, ...predicted }: Forecast, measure: Measure, ground: Ground): Finding {
	const { seconds, terms } = predicted[measure];
	const most = largest(terms);
	const mended = mend(terms, seconds - inSeconds(objective[measure]), ground);
	return {
		setting: `objectives.scenarios.${scenario}.${measure}`,
		value: formatDuration(objective[measure]),
		remedy:
			`when ${scenarioMeanings[scenario].title} the forecast is ${time(seconds)}, ` +
			`of which "${most.name}" takes ${time(most.seconds)} (${most.source}): ` +
			`${mended ? `${mended}, or ` : ""}promise ${time(seconds)} or more in scenarios.${scenario}.${measure}`,
	};
}

/** How long a term may take, and which part that is of what it takes. */
interface Room {
	readonly atMost: string;
	readonly part: number;
}

/** Settings that bound a term, as they are called in the configuration, or in the plan that was made from it. */
const settings: Readonly<Record<string, (room: Room, ground: Ground) => string>> = {
	"archive flush": ({ atMost }) => `set archive.flushInterval to at most ${atMost}`,
	// What is replayed grows with the time since the newest backup.
	replay: ({ part }, { plan }) =>
		`back up so often (schedules.incremental, schedules.full) that at most ${wholeSeconds(backupGap(plan) * part)} pass between two`,
	restore: smallerVolume,
	rebuild: smallerVolume,
	detection: ({ atMost }) => `bring plan.failover.probePeriod x confirmations + probeTimeout to at most ${atMost}`,
	"receiver silence": ({ atMost }) => `bring plan.replication.netTimeout to at most ${atMost} beyond the detection`,
	lease: ({ atMost }) => `bring plan.failover.leaseDuration + leaseRenewPeriod to at most ${atMost}`,
	stall: ({ atMost }) => `bring plan.failover.stallLimit to at most ${atMost} beyond the detection`,
	"bucket replication lag": () =>
		"take a bucket in each region, which are both written to at once (leave stores.gcp.dualRegion away)",
};

function smallerVolume({ part }: Room, { site }: Ground): string {
	const mebi = 2 ** 20;
	return `set volume to at most ${formatSize(bytes(Math.floor((site.volume * part) / mebi) * mebi))}`;
}

function wholeSeconds(time: number): string {
	return formatDuration(milliseconds(Math.floor(time / 1000) * 1000));
}

/** What would do by itself: the largest of the terms that a setting bounds, if it is larger than what is too much. */
function mend(terms: readonly Term[], excess: number, ground: Ground): string | undefined {
	const enough = terms.filter(({ name, seconds }) => settings[name] && seconds > excess);
	if (enough.length === 0) return undefined;
	const { name, seconds } = largest(enough);
	const room = { atMost: time(Math.floor((seconds - excess) * 1000) / 1000), part: (seconds - excess) / seconds };
	return settings[name]?.(room, ground);
}

function largest(terms: readonly Term[]): Term {
	return terms.reduce((most, term) => (term.seconds > most.seconds ? term : most));
}

function time(seconds: number): string {
	return formatDuration(milliseconds(Math.round(seconds * 1000)));
}

import { inSeconds } from "./duration.ts";
import type { Evidence } from "./evidence.ts";
import type { Plan } from "./plan.ts";
import { type Objective, type Scenario, scenarios } from "./scenarios.ts";
import type { SiteFacts } from "./site.ts";
import {
	archiveFlush,
	type Builder,
	bucketReplication,
	detection,
	figure,
	type Ground,
	granularity,
	lease,
	rebuild,
	replay,
	restore,
	semiSync,
	silence,
	stall,
	type Term,
} from "./terms.ts";

export type { Term };

/** What is promised of a scenario: time to recover or data lost. */
export type Measure = "rto" | "rpo";

/** A predicted time: the sum of its terms. */
export interface Prediction {
	readonly seconds: number;
	readonly terms: readonly Term[];
}

/** What will happen to one database in one scenario, and whether that keeps the promise. */
export interface Forecast {
	readonly scenario: Scenario;
	readonly rto: Prediction;
	readonly rpo: Prediction;
	readonly objective: Objective;
	readonly holds: boolean;
	/** Which measures break the promise; empty where it holds. */
	readonly broken: readonly Measure[];
	/** The term that breaks it: the largest of the first broken measure. */
	readonly limit?: Term;
}

type Recipe = Readonly<Record<Measure, readonly Builder[]>>;

const promote = [figure("quorum gate"), figure("catch-up"), figure("promotion"), figure("endpoint switch")];
const hanging = figure("client reconnect, hanging", "client reconnect");
const reconnect = figure("client reconnect");
const archived = [figure("replica lag"), archiveFlush, figure("upload")];
const replicated = [...archived, bucketReplication];
const zeroLoss = [semiSync];
const rebuilt = [
	figure("decision"),
	figure("new cluster"),
	figure("deploy"),
	restore,
	replay,
	figure("opening"),
	figure("DNS"),
	reconnect,
];
const takenOver = [figure("decision"), ...promote, figure("upload", "archive top-up"), figure("DNS"), reconnect];

/** The terms of each scenario; the one copy of this arithmetic. */
const recipes: Readonly<Record<Scenario, (ground: Ground) => Recipe>> = {
	pod: () => ({ rto: [detection, ...promote, reconnect], rpo: zeroLoss }),
	node: () => ({
		rto: [detection, silence, lease, ...promote, hanging],
		rpo: zeroLoss,
	}),
	volume: () => ({
		rto: [detection, stall, ...promote, reconnect, figure("new volume"), rebuild],
		rpo: zeroLoss,
	}),
	zone: (ground) =>
		spread(ground)
			? { rto: [detection, silence, lease, ...promote, hanging], rpo: zeroLoss }
			: { rto: [figure("decision"), ...promote, hanging], rpo: archived },
	cluster: (ground) => ({
		rto: ground.site.standby ? takenOver : rebuilt,
		rpo: archived,
	}),
	region: (ground) => ({
		rto: ground.site.standby ? takenOver : rebuilt,
		rpo: replicated,
	}),
	badData: () => ({
		rto: [
			figure("finding the moment"),
			figure("new volume"),
			restore,
			replay,
			figure("opening"),
			figure("endpoint switch"),
			reconnect,
		],
		rpo: [granularity],
	}),
};

/**
 * Predicts every scenario's RTO and RPO under a plan. Pure.
 * @param evidence what this site measured; it takes the place of the defaults
 */
export function forecast(plan: Plan, site: SiteFacts, evidence: Evidence = {}): Readonly<Record<Scenario, Forecast>> {
	const entries = scenarios.map((scenario) => [scenario, judged({ plan, site, evidence, scenario })]);
	return Object.fromEntries(entries);
}

/** One scenario alone, for those who ask for one. */
export function judged(ground: Ground): Forecast {
	const recipe = recipes[ground.scenario](ground);
	const rto = sum(recipe.rto, ground);
	const rpo = sum(recipe.rpo, ground);
	const objective = ground.plan.objectives.scenarios[ground.scenario];
	const predictions = { rto, rpo };
	const broken = (["rto", "rpo"] as const).filter(
		(measure) => predictions[measure].seconds > inSeconds(objective[measure]),
	);
	const [first] = broken;
	const limit = first && largest(predictions[first].terms);
	const holds = broken.length === 0;
	return {
		scenario: ground.scenario,
		rto,
		rpo,
		objective,
		holds,
		broken,
		...(limit && { limit }),
	};
}

/** With fewer zones than instances a zone may hold the primary and the only replica that has its newest writes. */
function spread({ plan }: Ground): boolean {
	return plan.topology.zones.length >= plan.topology.instances;
}

function sum(builders: readonly Builder[], ground: Ground): Prediction {
	const terms = builders.map((build) => build(ground));
	const total = terms.reduce((whole, { seconds }) => whole + Math.round(seconds * 1000), 0);
	return { seconds: total / 1000, terms };
}

/** The term that weighs most; the first of equals. */
export function largest(terms: readonly Term[]): Term | undefined {
	return terms.reduce<Term | undefined>(
		(most, term) => (most && most.seconds >= term.seconds ? most : term),
		undefined,
	);
}

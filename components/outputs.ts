/** What the stack says of itself: plain data, no secret, for people, runbooks and other stacks. */
import {
	type Contact,
	type Forecast,
	inSeconds,
	type Objectives,
	type Plan,
	type Prediction,
	type Scenario,
	type SiteConfig,
	scenarioMeanings,
	scenarios,
} from "../objectives/index.ts";
import { mysqlPort, primaryName, replicasName, watchdogName, watchdogPort } from "./naming.ts";

/** What is known of one declared database. */
export interface Described {
	readonly stack: string;
	readonly cluster: string;
	readonly namespace: string;
	readonly site: string;
	readonly region: string;
	readonly objectives: Objectives;
	readonly plan: Plan;
	readonly forecast: Readonly<Record<Scenario, Forecast>>;
	/** Whether a stack has made the stores. */
	readonly madeStores: boolean;
	readonly contacts: readonly Contact[];
	readonly images: { readonly mysql: string; readonly runtime: string };
}

/** The facts of one database that a runbook needs; JSON. */
export type DatabaseFacts = ReturnType<typeof databaseFacts>;

/** @returns everything that a runbook needs, with times in seconds. */
export function databaseFacts(described: Described) {
	const { stack, cluster, namespace, site, region, plan, madeStores, contacts, images } = described;
	return {
		stack,
		cluster,
		site,
		region,
		zones: plan.topology.zones,
		namespace,
		services: services(namespace),
		tier: plan.tier,
		objectives: promises(described.objectives),
		forecast: predictions(described.forecast),
		madeStores,
		contacts,
		schedules: schedules(plan),
		images,
	};
}

/** In-cluster names and ports. */
function services(namespace: string) {
	const address = (name: string, port: number) => ({ name, host: `${name}.${namespace}.svc`, port });
	return {
		primary: address(primaryName, mysqlPort),
		replicas: address(replicasName, mysqlPort),
		watchdog: address(watchdogName, watchdogPort),
	};
}

function promises({ tier, rto, rpo, scenarios: each }: Objectives) {
	const entries = scenarios.map((scenario) => {
		const { title, recovered } = scenarioMeanings[scenario];
		const objective = each[scenario];
		return [scenario, { title, recovered, rtoSeconds: inSeconds(objective.rto), rpoSeconds: inSeconds(objective.rpo) }];
	});
	return {
		tier,
		rtoSeconds: inSeconds(rto),
		rpoSeconds: inSeconds(rpo),
		scenarios: Object.fromEntries(entries) as Record<Scenario, Promised>,
	};
}

/** One scenario's promise. */
export interface Promised {
	readonly title: string;
	readonly recovered: string;
	readonly rtoSeconds: number;
	readonly rpoSeconds: number;
}

/** One scenario's forecast, each time with its terms. */
export interface Predicted {
	readonly holds: boolean;
	readonly rtoSeconds: number;
	readonly rpoSeconds: number;
	readonly rtoTerms: Prediction["terms"];
	readonly rpoTerms: Prediction["terms"];
}

function predictions(forecast: Described["forecast"]) {
	const entries = scenarios.map((scenario) => {
		const { rto, rpo, holds } = forecast[scenario];
		return [
			scenario,
			{ holds, rtoSeconds: rto.seconds, rpoSeconds: rpo.seconds, rtoTerms: rto.terms, rpoTerms: rpo.terms },
		];
	});
	return Object.fromEntries(entries) as Record<Scenario, Predicted>;
}

/** Every recurring action with its cron line, in the stack's timezone. */
function schedules({ backup, snapshots, validation, drills }: Plan) {
	return {
		timezone: backup.timezone,
		full: backup.full,
		incremental: backup.incremental,
		logical: backup.logical,
		archiveFlushSeconds: inSeconds(backup.archiveFlushInterval),
		snapshots: snapshots.schedule,
		validation: validation.schedule,
		drills,
	};
}

/** A bucket, without the means to open it. */
export interface Store {
	readonly name: string;
	readonly region: string;
	readonly bucket: string;
	readonly endpoint?: string | undefined;
}

/** One database as the outputs show it: its facts, and for each scenario what to do, as text. */
export interface Documented {
	readonly facts: DatabaseFacts;
	readonly runbooks: Readonly<Record<string, string>>;
}

/** The stack's outputs: those of the first database by themselves, and the same for each under `databases`. */
export function stackOutputs(
	{ name, region, zones, cluster }: SiteConfig,
	stores: readonly Store[],
	databases: readonly Documented[],
) {
	const own = databases.map(databaseOutputs);
	return {
		...(own[0] as DatabaseOutputs),
		site: { name, region, zones, cluster },
		stores: stores.map(({ name, region, bucket, endpoint }) => ({
			name,
			region,
			bucket,
			...(endpoint && { endpoint }),
		})),
		databases: Object.fromEntries(databases.map(({ facts }, index) => [facts.cluster, own[index]])),
	};
}

type DatabaseOutputs = ReturnType<typeof databaseOutputs>;

function databaseOutputs({ facts, runbooks }: Documented) {
	const { objectives, forecast, namespace, services, schedules, contacts } = facts;
	return { objectives, forecast, namespace, services, schedules, contacts, runbook: { ...runbooks, facts } };
}

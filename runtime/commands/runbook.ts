/** `mysql-dr runbook <scenario>`: the runbook with this stack's names, figures and contacts, and what is so right now. */

import { inSeconds } from "../../objectives/duration.ts";
import { forecast } from "../../objectives/forecast.ts";
import { scenarioMeanings, scenarios } from "../../objectives/scenarios.ts";
import type { Settings } from "../../objectives/settings.ts";
import type { Live, Predicted, Promised, RunbookFacts } from "../../runbooks/facts.ts";
import { renderRunbook } from "../../runbooks/render.ts";
import { type ClusterAccess, clusterAccess } from "../kubernetes/access.ts";
import { declaredSite, readSettings } from "../kubernetes/declared.ts";
import { leaderStatus } from "../kubernetes/watchdogStatus.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { whyNotProtected } from "./statusText.ts";

export async function runbook({ terminal }: Context, options: SharedOptions, scenario = ""): Promise<Result> {
	const access = clusterAccess(options);
	const settings = await readSettings(access);
	const facts = runbookFacts(settings);
	// Refused before the watchdog is asked, and printed even when it is down: that is when it is needed.
	renderRunbook(scenario, facts);
	const now = await live(access).catch((error: Error) => {
		terminal.note(`without the present state: ${error.message}`);
		return undefined;
	});
	const known = now === undefined ? facts : { ...facts, live: now };
	const markdown = renderRunbook(scenario, known);
	return { exit: "done", document: { scenario, markdown, facts: known }, lines: markdown.trimEnd().split("\n") };
}

/** The facts that the stack's output `runbook` has too. */
export function runbookFacts(settings: Settings): RunbookFacts {
	const { cluster, site, region, zones, namespace, plan, stores, contacts } = settings;
	const address = (name: string) => ({ host: `${name}.${namespace}.svc`, port: 3306 });
	return {
		cluster,
		site,
		region,
		zones,
		namespace,
		tier: plan.tier,
		services: { primary: address("mysql-primary"), replicas: address("mysql-replicas") },
		objectives: { scenarios: perScenario((name) => promised(settings, name)) },
		forecast: predictions(settings),
		madeStores: stores.some(({ podsAlone }) => podsAlone),
		contacts,
	};
}

type Scenarios = RunbookFacts["objectives"]["scenarios"];
type Name = keyof Scenarios;

function perScenario<T>(make: (name: Name) => T): Record<Name, T> {
	return Object.fromEntries(scenarios.map((name) => [name, make(name)])) as Record<Name, T>;
}

function promised({ plan }: Settings, name: Name): Promised {
	const { title, recovered } = scenarioMeanings[name];
	const { rto, rpo } = plan.objectives.scenarios[name];
	return { title, recovered, rtoSeconds: inSeconds(rto), rpoSeconds: inSeconds(rpo) };
}

function predictions(settings: Settings): Record<Name, Predicted> {
	const all = forecast(settings.plan, declaredSite(settings));
	return perScenario((name) => {
		const { holds, rto, rpo } = all[name];
		return { holds, rtoSeconds: rto.seconds, rpoSeconds: rpo.seconds, rtoTerms: rto.terms };
	});
}

async function live(access: ClusterAccess): Promise<Live> {
	const status = await leaderStatus(access);
	return {
		at: new Date().toISOString(),
		primary: status.primary,
		protected: status.protected,
		instances: status.instances.map(({ name, zone, role }) => ({ name, zone, role })),
		missing: status.protected ? null : whyNotProtected(status),
	};
}

/** Facts of a stack for tests. */
import { inSeconds } from "../../objectives/duration.ts";
import { objectives, scenarioMeanings, scenarios } from "../../objectives/scenarios.ts";
import type { RunbookFacts } from "../../runbooks/facts.ts";

const promise = objectives("critical");

export function facts(with_: Partial<RunbookFacts> = {}): RunbookFacts {
	const address = (name: string) => ({ host: `${name}.orders.svc`, port: 3306 });
	const perScenario = <T>(make: (name: (typeof scenarios)[number]) => T) =>
		Object.fromEntries(scenarios.map((name) => [name, make(name)])) as Record<(typeof scenarios)[number], T>;
	return {
		cluster: "orders",
		site: "dev",
		region: "local-1",
		zones: ["zone-a", "zone-b", "zone-c"],
		namespace: "orders",
		tier: "critical",
		services: { primary: address("mysql-primary"), replicas: address("mysql-replicas") },
		objectives: {
			scenarios: perScenario((name) => ({
				title: scenarioMeanings[name].title,
				recovered: scenarioMeanings[name].recovered,
				rtoSeconds: inSeconds(promise.scenarios[name].rto),
				rpoSeconds: inSeconds(promise.scenarios[name].rpo),
			})),
		},
		forecast: perScenario(() => ({
			holds: true,
			rtoSeconds: 2.5,
			rpoSeconds: 0,
			rtoTerms: [
				{ name: "detection", seconds: 1.5, source: "default: the plan probes every 250ms" },
				{ name: "promotion", seconds: 1, source: "measured: 10 pod drills" },
			],
		})),
		madeStores: false,
		contacts: [
			{ role: "Primary DBA", name: "Ada Example", phone: "+1-555-0101", email: "ada@example.com" },
			{ role: "Infrastructure on call", name: "Team", phone: "+1-555-0103" },
		],
		...with_,
	};
}

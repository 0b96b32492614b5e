import {
	duration,
	inSeconds,
	objectives,
	plan,
	type SiteFacts,
	size,
	type Tier,
	tierPromises,
} from "../../../objectives/index.ts";
import { notKnownYet, type Resource } from "../program.ts";
import type { CaseTable } from "./case.ts";

export const site: SiteFacts = {
	name: "test",
	region: "local-1",
	zones: ["zone-a", "zone-b", "zone-c"],
	volume: size("2Gi"),
	stores: ["local-1", "local-2"].map((region) => ({ name: region, region })),
	timezone: "Etc/UTC",
	snapshots: true,
};
export const keptPlan = plan(objectives("critical"), site);
const rpo = 'metadata.annotations["mysql-dr/rpo"]';
const rto = 'metadata.annotations["mysql-dr/rto"]';

/** A declared database, as far as the forecast goes. */
function database(changed: object = {}): Resource {
	const props = { plan: { ...keptPlan, ...changed }, site };
	return { type: "mysql-dr:index:MysqlCluster", name: "mysql", component: true, props };
}

/** The stack's outputs of one database. */
function promised(tier: Tier, scenarios: Readonly<Record<string, object>> = {}) {
	const { rto, rpo } = tierPromises[tier];
	const objectives = { tier, rtoSeconds: inSeconds(rto), rpoSeconds: inSeconds(rpo), scenarios };
	return { databases: { mysql: { objectives } } };
}

export const objectivesCases: CaseTable = {
	"objectives-declared": {
		refuses: [
			{
				title: "nothing said of a database",
				change: { StatefulSet: { [rto]: undefined, [rpo]: undefined } },
				says: [`StatefulSet db: ${rto} is not set`, `StatefulSet db: ${rpo} is not set`],
			},
			{
				title: "a time that is none",
				change: { StatefulSet: { [rto]: "15 minutes" } },
				says: [`StatefulSet db: ${rto} is "15 minutes"`],
			},
			{
				title: "an unknown tier",
				change: { StatefulSet: { 'metadata.annotations["mysql-dr/tier"]': "gold" } },
				says: ['StatefulSet db: metadata.annotations["mysql-dr/tier"] is "gold"'],
			},
		],
		accepts: [
			{
				title: "annotations of a standard database",
				change: { StatefulSet: { 'metadata.annotations["mysql-dr/tier"]': "standard" } },
			},
		],
	},
	"forecast-within-objective": {
		refuses: [
			{
				title: "the written plan's 15 minutes between copies of binary logs",
				only: true,
				more: () => [database({ backup: { ...keptPlan.backup, archiveFlushInterval: duration("15m") } })],
				says: [
					'MysqlCluster mysql: objectives.scenarios.cluster.rpo is "5m"',
					'MysqlCluster mysql: objectives.scenarios.region.rpo is "5m"',
				],
			},
			{
				title: "a plan that is not known yet",
				only: true,
				more: () => [database({ backup: notKnownYet })],
				open: ["MysqlCluster mysql: plan.backup is not known before it is deployed"],
			},
		],
		accepts: [{ title: "a plan that was made for its objectives", only: true, more: () => [database()] }],
	},
	"promise-not-weakened": {
		refuses: [
			{
				title: "another tier than at the last deployment",
				only: true,
				outputs: { before: promised("critical"), now: promised("standard") },
				says: [
					'Stack test-test: databases.mysql.objectives.tier is "standard"',
					"Stack test-test: databases.mysql.objectives.rtoSeconds is 3600",
					"Stack test-test: databases.mysql.objectives.rpoSeconds is 3600",
				],
			},
			{
				title: "a change of which only the tier is confirmed",
				only: true,
				outputs: { before: promised("critical"), now: promised("standard") },
				config: { confirmed: ["mysql: tier critical to standard"] },
				says: [
					"Stack test-test: databases.mysql.objectives.rtoSeconds is 3600",
					"Stack test-test: databases.mysql.objectives.rpoSeconds is 3600",
				],
			},
			{
				title: "one scenario, with the rest as it was",
				only: true,
				outputs: {
					before: promised("critical", {
						zone: { rtoSeconds: 300, rpoSeconds: 0 },
						pod: { rtoSeconds: 60, rpoSeconds: 0 },
					}),
					now: promised("critical", {
						zone: { rtoSeconds: 300, rpoSeconds: 60 },
						pod: { rtoSeconds: 30, rpoSeconds: 0 },
					}),
				},
				says: ["Stack test-test: databases.mysql.objectives.scenarios.zone.rpoSeconds is 60"],
			},
			{
				title: "annotations that promise less than before",
				change: { StatefulSet: { [rto]: "20m", 'metadata.annotations["mysql-dr/tier"]': "standard" } },
				config: { before: { shop: { tier: "critical", rto: "15m", rpo: "5m" } } },
				rulesAlone: true,
				says: [
					`StatefulSet db: ${rto} is "20m"`,
					'StatefulSet db: metadata.annotations["mysql-dr/tier"] is "standard"',
				],
			},
			{
				title: "annotations, and nobody says what was promised before",
				config: { before: {} },
				open: ["StatefulSet db: what the last deployment promised is not given (before.shop in"],
				rulesAlone: true,
			},
		],
		accepts: [
			{
				title: "annotations that promise more",
				change: { StatefulSet: { [rto]: "10m" } },
				config: { before: { shop: { tier: "standard", rto: "15m", rpo: "5m" } } },
			},
			{
				title: "annotations that promise less, which is confirmed",
				rulesAlone: true,
				change: { StatefulSet: { [rto]: "20m" } },
				config: { before: { shop: { rto: "15m" } }, confirmed: ["shop: rto 15m to 20m"] },
			},
			{ title: "the first deployment", only: true, outputs: { before: {}, now: promised("standard") } },
			{ title: "a stricter tier", only: true, outputs: { before: promised("standard"), now: promised("critical") } },
			{
				title: "a weaker one that is confirmed",
				only: true,
				outputs: { before: promised("critical"), now: promised("standard") },
				config: {
					confirmed: [
						"mysql: tier critical to standard",
						"mysql: rtoSeconds 900 to 3600",
						"mysql: rpoSeconds 300 to 3600",
					],
				},
			},
		],
	},
};

import type { Resource } from "../program.ts";
import { daysAgo, drillReport, restoreReport } from "../proven.ts";
import { soundProgram } from "../soundProgram.ts";
import type { CaseTable } from "./case.ts";
import { keptPlan, site } from "./objectives.ts";

const standard = { StatefulSet: { 'metadata.annotations["mysql-dr/tier"]': "standard" } };
const reports = (...all: object[]) => ({ reports: all });

const planned = {
	...{ type: "mysql-dr:index:MysqlCluster", name: "shop", component: true },
	props: { plan: keptPlan, site },
};

/** A second database of the same program. */
const second = (namespace: string): Resource[] =>
	JSON.parse(JSON.stringify(soundProgram(`${namespace}-two`)).replaceAll('"shop"', '"mysql"'));

export const evidenceCases: CaseTable = {
	"restore-tested": {
		refuses: [
			{
				title: "two months ago",
				config: reports(restoreReport({ at: daysAgo(60) })),
				says: ['StatefulSet db: restore-tested of shop is "'],
			},
			{
				title: "yesterday, and it did not hold",
				rulesAlone: true,
				config: reports(restoreReport({ at: daysAgo(2) }), restoreReport({ verdict: "broken" })),
				says: ['StatefulSet db: restore-tested of shop is "broken"'],
			},
			{
				title: "longer than it was promised",
				rulesAlone: true,
				config: reports(restoreReport({ objective: { rtoSeconds: 100, rpoSeconds: 300 } })),
				says: ["StatefulSet db: restore-tested of shop: measured.rtoSeconds is 190"],
			},
			{
				title: "a copy as slow as this would be too late, whatever the test itself took",
				rulesAlone: true,
				more: () => [planned],
				config: reports(restoreReport({ rates: [{ rate: "restore", value: 500_000, what: "restore test" }] })),
				says: ["StatefulSet db: restore-tested of shop: forecast of cluster with what it measured, in seconds is "],
			},
			{
				title: "more lost than is promised for the cluster",
				rulesAlone: true,
				more: () => [planned],
				config: reports(restoreReport({ measured: { rtoSeconds: 190, rpoSeconds: 400 } })),
				says: ["StatefulSet db: restore-tested of shop: measured.rpoSeconds is 400"],
			},
			{
				title: "another database",
				rulesAlone: true,
				config: reports(restoreReport({ cluster: "other" })),
				open: ["StatefulSet db: when a restore was last tried is in no report"],
			},
			{
				title: "nothing",
				rulesAlone: true,
				config: reports(),
				open: ["StatefulSet db: when a restore was last tried is in no report"],
			},
		],
		accepts: [
			{ title: "yesterday", config: reports(restoreReport()) },
			{
				title: "longer than a cluster may take, from stores that it will not have to read again as slowly",
				rulesAlone: true,
				more: () => [planned],
				config: reports(restoreReport({ measured: { rtoSeconds: 9000, rpoSeconds: 3 } })),
			},
			{
				title: "two months ago, of a standard one",
				rulesAlone: true,
				change: standard,
				config: reports(restoreReport({ at: daysAgo(60) })),
			},
			{
				title: "as of then",
				rulesAlone: true,
				config: { ...reports(restoreReport({ at: "2026-01-01T00:00:00Z" })), at: "2026-01-20T00:00:00Z" },
			},
		],
	},
	"failover-drilled": {
		refuses: [
			{
				title: "half a year ago",
				config: reports(drillReport({ startedAt: daysAgo(180) })),
				says: ['StatefulSet db: failover-drilled of shop is "'],
			},
			{
				title: "more lost than was promised",
				rulesAlone: true,
				config: reports(drillReport({ measured: { rtoSeconds: 3, rpoSeconds: 2 } })),
				says: ["StatefulSet db: failover-drilled of shop: measured.rpoSeconds is 2"],
			},
			{
				title: "one of two databases, and nobody says which",
				rulesAlone: true,
				more: second,
				config: reports(drillReport({ cluster: undefined }), drillReport({ cluster: "mysql" })),
				open: [
					"StatefulSet db: when a failover was last practised is in no report that says of which of the databases",
				],
			},
			{
				title: "one that was broken off, half a year after one that held",
				rulesAlone: true,
				config: reports(drillReport({ startedAt: daysAgo(180) }), drillReport({ verdict: "aborted" })),
				says: ['StatefulSet db: failover-drilled of shop is "'],
			},
			{
				title: "the loss of a volume alone, which is no failover",
				config: reports(drillReport({ scenario: "volume" })),
				open: ["StatefulSet db: when a failover was last practised is in no report"],
			},
		],
		accepts: [
			{ title: "yesterday", config: reports(drillReport()) },
			{
				title: "one that was broken off, a day after one that held",
				rulesAlone: true,
				config: reports(drillReport({ startedAt: daysAgo(2) }), drillReport({ verdict: "aborted" })),
			},
			{
				title: "an only database, in a report that names none",
				rulesAlone: true,
				config: reports(drillReport({ cluster: undefined })),
			},
			{
				title: "half a year ago, of a standard one",
				rulesAlone: true,
				change: standard,
				config: reports(drillReport({ startedAt: daysAgo(180) })),
			},
		],
	},
};

import { daysAgo, drillReport, restoreReport } from "../proven.ts";
import type { CaseTable } from "./case.ts";

const standard = { StatefulSet: { 'metadata.annotations["mysql-dr/tier"]': "standard" } };
const reports = (...all: object[]) => ({ reports: all });

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
				title: "the loss of a volume alone, which is no failover",
				config: reports(drillReport({ scenario: "volume" })),
				open: ["StatefulSet db: when a failover was last practised is in no report"],
			},
		],
		accepts: [
			{ title: "yesterday", config: reports(drillReport()) },
			{
				title: "half a year ago, of a standard one",
				rulesAlone: true,
				change: standard,
				config: reports(drillReport({ startedAt: daysAgo(180) })),
			},
		],
	},
};

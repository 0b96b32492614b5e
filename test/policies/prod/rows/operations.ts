import type { Setting } from "../row.ts";

const pod = "spec.template.spec";
const watchdog = (title: string, changes: Readonly<Record<string, unknown>>): Setting => ({
	title,
	declared: { Deployment: changes },
	rule: "watchdogs-apart",
});
const drills = (title: string, changes: Readonly<Record<string, unknown>>): Setting => ({
	title,
	declared: { MysqlCluster: changes },
	rule: "drill-calendar",
});

/** Family "operations". */
export const operationsRows: readonly Setting[] = [
	watchdog("a watchdog alone", { "spec.replicas": 1 }),
	watchdog("watchdogs in one zone", {
		[`${pod}.affinity`]: undefined,
		[`${pod}.topologySpreadConstraints`]: undefined,
	}),
	drills("a restore a year", { "plan.drills.restore": "0 9 1 1 *" }),
	drills("no failover in the calendar", { "plan.drills.failover": undefined }),
	{
		title: "MySQL by a tag",
		declared: { StatefulSet: { [`${pod}.containers[0].image`]: "mysql:8.4" } },
		rule: "pinned-images",
	},
	{
		title: "a watchdog by a tag",
		declared: { Deployment: { [`${pod}.containers[0].image`]: "registry.company.com/mysql-dr/runtime:latest" } },
		rule: "pinned-images",
	},
	{
		title: "one person to call",
		stack: { contacts: [{ role: "DBA", name: "John Doe", email: "dba@company.com" }] },
		rule: "contacts-reachable",
	},
];

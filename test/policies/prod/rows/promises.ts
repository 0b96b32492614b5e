import { duration, size } from "../../../../objectives/index.ts";
import type { Setting } from "../row.ts";

const plan = (title: string, setting: string, value: unknown): Setting => ({
	title,
	declared: { MysqlCluster: { [setting]: value } },
	rule: "forecast-within-objective",
});

/** Family "objectives". */
export const promiseRows: readonly Setting[] = [
	{
		title: "another tier",
		database: { tier: "standard", rto: "15m", rpo: "5m" },
		rule: "promise-not-weakened",
		apart: true,
	},
	{ title: "twice the recovery time", database: { rto: "30m" }, rule: "promise-not-weakened", apart: true },
	{ title: "twice the data loss", database: { rpo: "10m" }, rule: "promise-not-weakened", apart: true },
	plan("logs sent each quarter of an hour", "plan.backup.archiveFlushInterval", duration("15m")),
	plan("a probe each 10 minutes", "plan.failover.probePeriod", duration("10m")),
	plan("a probe that may take 20 minutes", "plan.failover.probeTimeout", duration("20m")),
	plan("a Lease of 20 minutes", "plan.failover.leaseDuration", duration("20m")),
	plan("a stall of 20 minutes", "plan.failover.stallLimit", duration("20m")),
	plan("replicas that wait an hour for a silent primary", "plan.replication.netTimeout", duration("1h")),
	// At the rates that were measured it does not hold either.
	{
		...plan("one full backup a week and nothing between", "plan.backup", (backup: object) => ({
			...backup,
			full: "0 2 * * 0",
			incremental: null,
		})),
		also: "restore-tested",
	},
	{ ...plan("a volume that takes hours to restore", "site.volume", size("20Ti")), also: "restore-tested" },
];

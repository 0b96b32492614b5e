import { formatDuration } from "../../objectives/index.ts";
import { stackRule, texts } from "../frame/rule.ts";
import { databaseOf, eachServer } from "../kubernetes/mysqlServer.ts";
import { tierOf } from "../kubernetes/promise.ts";
import { byTier, tooSeldom } from "./schedule.ts";
import { refuseUnclear } from "./unclear.ts";
import { backupAnnotations, isWhole, workOf } from "./work.ts";

export const backupScheduled = stackRule({
	name: "backup-scheduled",
	family: "backup",
	what: "A CronJob copies all data of every MySQL database often enough.",
	why: {
		reason:
			"Replicas repeat a DROP TABLE within a second. Only a copy from before it helps, and what it is old is what must be replayed.",
		source: "docs/backups.md",
	},
	fix: `Declare a CronJob that runs xtrabackup, mysqldump, mydumper or another of that kind in the database's namespace; where a script does it, say so by the annotation ${backupAnnotations.role}: full (or logical, incremental, archive, validation).`,
	severity: "critical",
	config: {
		longestGap: { type: "string", default: "2d", description: "The longest time between two copies of everything." },
		longestGapStandard: {
			type: "string",
			default: "8d",
			description: "The same for a database with the annotation mysql-dr/tier: standard.",
		},
		elsewhere: texts(
			"Databases that are backed up outside of the stack, as namespace and workload or label: `shop/db`, `shop/app.kubernetes.io/instance=db`.",
		),
	},
	*judgeStack(stack, { longestGap, longestGapStandard, elsewhere }) {
		yield* eachServer(stack, function* (server) {
			if (elsewhere.includes(databaseOf(server))) return;
			const { resource } = server;
			const work = workOf(stack, server);
			const copies = work.filter(isWhole);
			const longest = byTier(tierOf(server), longestGap, longestGapStandard);
			const faults = copies.map((copy) => ({
				copy,
				fault: tooSeldom(copy, longest, "all that is younger must be replayed, or is lost"),
			}));
			if (faults.some(({ fault }) => fault === undefined)) return;
			for (const { copy, fault } of faults) if (fault) yield { resource: copy.resource, ...fault };
			if (faults.length > 0) return;
			refuseUnclear(work);
			yield {
				resource,
				setting: "CronJob",
				value: undefined,
				remedy: `declare one in its namespace that copies all data every ${formatDuration(longest)} or more often`,
			};
		});
	},
});

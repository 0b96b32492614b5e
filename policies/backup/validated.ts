import { formatDuration } from "../../objectives/index.ts";
import { stackRule } from "../frame/rule.ts";
import { eachServer } from "../kubernetes/mysqlServer.ts";
import { tierOf } from "../kubernetes/promise.ts";
import { byTier, tooSeldom } from "./schedule.ts";
import { emptyTrials } from "./trial.ts";
import { backupAnnotations, isWhole, workOf } from "./work.ts";

export const backupValidated = stackRule({
	name: "backup-validated",
	family: "backup",
	what: "A CronJob boots a backup and looks into it, again and again.",
	why: {
		reason:
			"A backup that was never restored is a guess: keys that are gone, empty files and half copies show only there.",
		source: "docs/backups.md",
	},
	fix: `Declare a CronJob that restores the newest backup, starts mysqld on it and asks it a question; where a script does it, say so by the annotation ${backupAnnotations.role}: validation.`,
	severity: "high",
	config: {
		longestGap: { type: "string", default: "8d", description: "The longest time between two trials." },
		longestGapStandard: {
			type: "string",
			default: "32d",
			description: "The same for a database with the annotation mysql-dr/tier: standard.",
		},
	},
	*judgeStack(stack, { longestGap, longestGapStandard }) {
		yield* eachServer(stack, function* (server) {
			const work = workOf(stack, server);
			const longest = byTier(tierOf(server), longestGap, longestGapStandard);
			const trials = work.filter(({ role }) => role === "validation");
			const faults = trials.map((trial) => ({
				trial,
				fault: tooSeldom(trial, longest, "a backup that does not open is found out too late"),
			}));
			if (faults.some(({ fault }) => fault === undefined)) return;
			for (const { trial, fault } of faults) if (fault) yield { resource: trial.resource, ...fault };
			if (faults.length > 0) return;
			const claimed = [...emptyTrials(stack, server)];
			yield* claimed;
			// Where there is no backup either, another rule says that.
			const [copy] = work.filter(isWhole);
			if (claimed.length === 0 && copy)
				yield {
					resource: copy.resource,
					setting: "CronJob for validation",
					value: undefined,
					remedy: `declare one that boots its newest copy every ${formatDuration(longest)} or more often`,
				};
		});
	},
});

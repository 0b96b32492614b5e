import { type Duration, duration, formatDuration, tierPromises, UserError } from "../../objectives/index.ts";
import { type StackFinding, stackRule } from "../frame/rule.ts";
import { kindOf } from "../kubernetes/kinds.ts";
import { eachServer, type MysqlServer } from "../kubernetes/mysqlServer.ts";
import { promiseOf, tierOf } from "../kubernetes/promise.ts";
import { periodOf } from "./schedule.ts";
import { ownSettings } from "./settings.ts";
import { type BackupWork, workOf } from "./work.ts";

export const backupWithinRpo = stackRule({
	name: "backup-within-rpo",
	family: "backup",
	what: "Writes leave for the backups within the time that may be lost: by an archive of binary logs, or by backups more frequent than that.",
	why: {
		reason:
			"When cluster or region is lost, all is lost that is younger than what was copied last. Hourly backups lose an hour, whatever is promised.",
		source: "docs/backups.md",
	},
	fix: "Copy the binary logs all the time (mysqlbinlog --read-from-remote-server --raw --stop-never in a Deployment), or back up more often than the promise says (mysql-dr/rpo): for how long a copy runs, no program says, and it must be over within that time.",
	severity: "critical",
	*judgeStack(stack) {
		yield* eachServer(stack, function* (server): Generator<StackFinding> {
			const rpo = promisedRpo(server);
			const own = ownSettings(stack, server);
			const flush = own?.settings.plan.backup.archiveFlushInterval;
			if (own && flush !== undefined && flush > rpo)
				yield {
					resource: own.resource,
					setting: `${own.setting}.plan.backup.archiveFlushInterval`,
					value: formatDuration(flush),
					remedy: `promised are ${formatDuration(rpo)}: set less`,
				};
			const all = workOf(stack, server).filter(({ role }) => role !== "validation" && role !== "unclear");
			const stopped = all.filter(isStopped);
			const work = all.filter((one) => !stopped.includes(one));
			// A copy is there once it has run, and it begins a whole period after the last one: one as long as the promise is too late.
			if (work.some((one) => lossOf(one) < rpo)) return;
			const archive = stopped.find(({ role }) => role === "archive");
			if (archive)
				yield {
					resource: archive.resource,
					setting: "spec.replicas",
					value: archive.resource.props.spec?.replicas,
					remedy: "set 1: nothing is archived meanwhile",
				};
			else if (work.length > 0) yield tooLate(work, rpo);
		});
	},
});

function tooLate(work: readonly BackupWork[], rpo: Duration): StackFinding {
	const { resource } = work.reduce((best, one) => (lossOf(one) < lossOf(best) ? one : best));
	const loss = lossOf({ resource, role: "full" });
	const lost = Number.isFinite(loss)
		? `${formatDuration(loss as Duration)} of writes, and what is written while a copy runs, are`
		: "all writes since may be";
	return {
		resource,
		setting: "spec.schedule",
		value: resource.props.spec?.schedule,
		remedy: `${lost} lost with the cluster, and promised are ${formatDuration(rpo)}: archive the binary logs all the time (mysqlbinlog --stop-never), or let it come more often than that, by as long as a copy takes`,
	};
}

function isStopped({ resource, role }: BackupWork): boolean {
	return role === "archive" && kindOf(resource.type) !== "CronJob" && resource.props.spec?.replicas === 0;
}

/** What may be lost where only this one works: nothing to speak of with a stream. Milliseconds. */
function lossOf(work: BackupWork): number {
	if (kindOf(work.resource.type) !== "CronJob") return 0;
	if (work.resource.props.spec?.suspend) return Number.POSITIVE_INFINITY;
	try {
		return periodOf(work);
	} catch (error) {
		// That it never has its turn, another rule says.
		if (error instanceof UserError) return Number.POSITIVE_INFINITY;
		throw error;
	}
}

/** What its object says, or else what its tier means. */
function promisedRpo(server: MysqlServer): Duration {
	const stated = promiseOf(server, "rpo");
	try {
		return stated === undefined ? tierPromises[tierOf(server)].rpo : duration(stated);
	} catch (error) {
		// That it is no time, another rule says.
		if (error instanceof UserError) return tierPromises[tierOf(server)].rpo;
		throw error;
	}
}

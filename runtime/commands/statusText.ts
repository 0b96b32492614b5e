/** The status for people. */

import { alertMeanings } from "../failover/alerts.ts";
import type { InstanceStatus, Status } from "../failover/status.ts";
import { ageText } from "../terminal/ageText.ts";
import type { Paint } from "../terminal/paint.ts";
import { seconds } from "../terminal/seconds.ts";
import { table } from "../terminal/table.ts";

/** @returns what `mysql-dr status` prints: the verdict first, then the instances, then what ought to be known. */
export function statusLines(status: Status, paint: Paint): string[] {
	const verdict = status.protected
		? paint.good("protected")
		: `${paint.bad("not protected")}: ${whyNotProtected(status)}`;
	const term = status.term === null ? "" : `, term ${status.term}`;
	return [
		`${paint.strong(status.cluster)} at ${status.site} (${status.region})${term}: ${verdict}`,
		"",
		...table([
			["INSTANCE", "ZONE", "ROLE", "READY", "LAG", "SEMI-SYNC", "GTID SET"].map(paint.faint),
			...status.instances.map((instance) => row(instance, paint)),
		]),
		"",
		watchdogs(status),
		...kept(status),
		...lastChange(status),
		...rollout(status),
		...paused(status, paint),
		...alertLines(
			status.alerts.filter((alert) => alert !== "paused"),
			alertMeanings,
			paint,
		),
	];
}

/** A line an alert; one that a later version raises is named. */
export function alertLines(
	alerts: readonly string[],
	meanings: Readonly<Record<string, { readonly means: string }>>,
	paint: Paint,
): string[] {
	return alerts.map((alert) => paint.attention(`! ${alert}: ${meanings[alert]?.means ?? "see docs/monitoring.md"}`));
}

function paused({ paused }: Status, paint: Paint): string[] {
	if (!paused) return [];
	const why = paused.reason === "" ? "" : ` (${paused.reason})`;
	return [paint.attention(`! paused until ${paused.until}${why}: nothing is changed; mysql-dr unpause ends it`)];
}

/** What is missing, in a few words. */
export function whyNotProtected(status: Status): string {
	const { instances, primary } = status;
	if (primary === null)
		return status.doing === "starting" ? "the watchdog is starting" : `no primary yet (${status.doing})`;
	const missing = instances.filter(({ ready }) => !ready);
	if (missing.length > 0)
		return missing.map(({ name, role, reason }) => `${name} is ${role} (${reason || "not ready"})`).join(", ");
	if (instances.length < 3) return `${instances.length} of 3 instances are there`;
	return "the primary's address or the schemas are not ready";
}

function row(instance: InstanceStatus, paint: Paint): string[] {
	const { name, zone, role, ready, lagSeconds, semiSync, gtidExecuted } = instance;
	const said = role === "primary" ? paint.strong(role) : role === "replica" ? role : paint.attention(role);
	return [
		name,
		zone ?? "-",
		said,
		ready ? paint.good("yes") : paint.bad("no"),
		lagSeconds === null ? "-" : `${lagSeconds} s`,
		semiSync === null ? "-" : semiSync ? "on" : paint.bad("off"),
		shortGtid(gtidExecuted),
	];
}

/** UUIDs cut to their first group: enough to tell a few servers apart; --json has them whole. */
export function shortGtid(set: string | null): string {
	if (set === null) return "-";
	if (set === "") return "empty";
	return set.replace(/([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "$1").replace(/,\s*/g, ", ");
}

function watchdogs({ watchdog, doing }: Status): string {
	const { leader, zone, members } = watchdog;
	return `watchdog: ${leader ?? "nobody"} leads${zone === null ? "" : ` in ${zone}`}, ${members.length} ready; ${doing}`;
}

/** How much would be lost with the cluster, and what a restore would begin with. */
function kept({ archive, backups }: Status): string[] {
	const lag = archive?.lagSeconds ?? null;
	const newest = backups?.newestBooted ?? null;
	const age = backups?.ageSeconds ?? null;
	return [
		...(archive === null
			? []
			: [`archive: ${lag === null ? "nobody knows how far behind" : `${seconds(lag)} behind`}`]),
		...(backups === null
			? []
			: [
					`backups: ${newest === null ? "none yet" : `the newest is ${newest}`}${age === null ? "" : `, ${ageText(age * 1000)} old`}`,
				]),
	];
}

function rollout({ rollout: seen }: Status): string[] {
	if (seen === null) return [];
	return [`rolling update: ${seen.outdated.join(", ")} to go${seen.stuck === null ? "" : `; ${seen.stuck}`}`];
}

function lastChange({ lastChange }: Status): string[] {
	if (lastChange === null) return [];
	const { kind, from, to, startedAt, finishedAt, reason } = lastChange;
	const took =
		finishedAt === null
			? "under way"
			: `took ${((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(2)} s`;
	const way = from === null ? to : `${from} -> ${to}`;
	return [`last change: ${kind} ${way} at ${startedAt}, ${took} (${reason})`];
}

/** `mysql-dr report`: what happened when the primary last changed, from the cluster's own record. */
import type { Settings } from "../../objectives/settings.ts";
import { FailedError } from "../exit.ts";
import { type ChangeReport, changeReport, reportKey } from "../failover/changeReport.ts";
import { parseRecord } from "../failover/record.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import { seconds, sinceStart } from "../terminal/seconds.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { shortGtid } from "./statusText.ts";

export async function report({ terminal }: Context, options: SharedOptions): Promise<Result> {
	const access = clusterAccess(options);
	const settings = await readSettings(access);
	const text = (await access.configMap("mysql-cluster"))?.data?.["record.json"];
	const record = text === undefined ? null : parseRecord(text);
	if (record?.lastChange === undefined) {
		throw new FailedError(`the primary of ${access.namespace} has not changed yet: there is nothing to report`);
	}
	const by = { site: settings.site, region: settings.region, reporter: "mysql-dr report", versions: {} };
	const made = changeReport(record, record.lastChange, by);
	const key = settings.stores.length === 0 ? null : reportKey(record, record.lastChange);
	return { exit: "done", document: { ...made, key }, lines: reportLines(made, settings, key, terminal.paint) };
}

type Paint = Context["terminal"]["paint"];

/** @returns the change in a sentence, its timeline, what was held before and after, and where the evidence is */
export function reportLines(
	made: ChangeReport,
	{ stores }: Pick<Settings, "stores">,
	key: string | null,
	paint: Paint,
): string[] {
	const { kind, term, from, to, reason, startedAt, timeline, gtidBefore, gtidAfter } = made;
	const path = from === null ? to : `${from} to ${to}`;
	const kept =
		key === null
			? "kept in the cluster's record only, until the next change: no stores are declared"
			: `kept as ${key} in ${stores.map(({ name }) => name).join(" and ")}`;
	return [
		`${paint.strong(`${kind} of term ${term}`)}: ${path}, ${startedAt} (${reason})`,
		figures(made),
		"",
		...table(timeline.map(({ atSeconds, step }) => [sinceStart(atSeconds), step])),
		"",
		...table([
			...Object.entries(gtidBefore).map(([name, set]) => [`${name} held`, shortGtid(set)]),
			...(gtidAfter === "" ? [] : [[`${to} began with`, shortGtid(gtidAfter)]]),
		]),
		kept,
		"next: mysql-dr status",
	];
}

function figures({ durationSeconds, downtimeSeconds, leader, outcome }: ChangeReport): string {
	const took = durationSeconds === null ? "its leader was lost before it ended" : `took ${seconds(durationSeconds)}`;
	const down = downtimeSeconds === null ? "" : `; no writes for ${seconds(downtimeSeconds)} as the watchdog saw it`;
	const who = leader === null ? "" : `; led by ${leader}`;
	return `${took}${down}${who}${outcome === "completed" ? ", completed by its successor" : ""}`;
}

/** `mysql-dr backup [full|incremental|logical]`: one more backup, now, followed to its end. */
import { z } from "zod";
import { UserError } from "../../objectives/error.ts";
import { type BackupEntry, backupKinds, entrySchema } from "../backup/entry.ts";
import { FailedError } from "../exit.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { cronJobNames, startJob } from "../kubernetes/jobs.ts";
import { seconds } from "../terminal/seconds.ts";
import { sizeText } from "../terminal/sizeText.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { followJob } from "./followJob.ts";
import { shortGtid } from "./statusText.ts";

export async function backup(context: Context, options: SharedOptions, kind = "full"): Promise<Result> {
	const known = backupKinds.find((one) => one === kind);
	if (known === undefined) throw unknownKind(kind);
	const access = clusterAccess(options);
	const job = await startJob(access, cronJobNames[known], { reason: "mysql-dr backup" });
	context.terminal.note(`job ${job.metadata?.name} begins`);
	const { result, exit } = await followJob(access, job, context);
	const said = saidSchema.safeParse(result);
	if (!said.success)
		throw new FailedError(`job ${job.metadata?.name} ended without an entry: is its image of this version?`);
	const { entry, away } = said.data;
	const lines = [...entryLines(entry), ...away.map(({ store, error }) => `! ${store} does not have it yet: ${error}`)];
	return { exit, document: { ...entry, away }, lines };
}

/** What the job says of the entry, and of the stores that lack it: they get it later. */
const saidSchema = z.looseObject({
	entry: entrySchema,
	away: z.array(z.looseObject({ store: z.string(), error: z.string() })).default([]),
});

/** A backup in a few lines: what it holds, and how that is known. */
export function entryLines(entry: BackupEntry): string[] {
	const { id, kind, source, gtidExecuted, bytes, addedBytes, booted, startedAt, finishedAt } = entry;
	const took = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
	return [
		`${kind} backup ${id}: booted, checked and stored in ${seconds(took)}`,
		...table([
			["from", `${source.instance} (${source.role})`],
			["holds", shortGtid(gtidExecuted)],
			["size", `${sizeText(bytes)}, of which ${sizeText(addedBytes)} were new to the repository`],
			["booted", `in ${seconds(booted.seconds)}, ${booted.tables} tables`],
			...booted.checks.map((check) => ["checked", `${check.name} (${seconds(check.seconds)})`]),
		]),
		"next: mysql-dr backups",
	];
}

function unknownKind(kind: string): UserError {
	return new UserError({
		field: "kind",
		value: kind,
		wrong: `there is no kind of backup "${kind}"`,
		remedy: `choose one of ${backupKinds.join(", ")}`,
	});
}

/** `mysql-dr snapshot`: one more snapshot, now, followed to its end. */
import { z } from "zod";
import { FailedError } from "../exit.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { cronJobNames, startJob } from "../kubernetes/jobs.ts";
import type { Paint } from "../terminal/paint.ts";
import { seconds } from "../terminal/seconds.ts";
import { sizeText } from "../terminal/sizeText.ts";
import { table } from "../terminal/table.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { followJob } from "./followJob.ts";
import { shortGtid } from "./statusText.ts";

const remedy = "name a class of snapshots (site.snapshotClass) or a storage profile, then npm run up";

/** Exit code 3 where the snapshot does not verify. */
export async function snapshot(context: Context, options: SharedOptions): Promise<Result> {
	const access = clusterAccess(options);
	const job = await startJob(access, cronJobNames.snapshot, { reason: "mysql-dr snapshot" }, remedy);
	context.terminal.note(`job ${job.metadata?.name} begins`);
	const { result, exit } = await followJob(access, job, context);
	const said = saidSchema.safeParse(result);
	if (!said.success)
		throw new FailedError(`job ${job.metadata?.name} ended without a snapshot: is its image of this version?`);
	return { exit, document: result, lines: snapshotLines(said.data, context.terminal.paint) };
}

const saidSchema = z.looseObject({
	snapshot: z.looseObject({
		name: z.string(),
		instance: z.string(),
		gtidExecuted: z.string(),
		bytes: z.number(),
		stillSeconds: z.number(),
		seconds: z.number(),
		dirtyPages: z.number(),
		failedAttempts: z.array(z.string()),
		notes: z.array(z.string()),
	}),
	verdict: z.looseObject({ verifiedAt: z.string().nullable(), fault: z.string().nullable(), seconds: z.number() }),
	released: z.array(z.string()),
});

export type Said = z.infer<typeof saidSchema>;

/** A snapshot in a few lines: what it holds, what it cost, and whether it is worth anything. */
export function snapshotLines({ snapshot: taken, verdict, released }: Said, paint: Paint): string[] {
	const verified = verdict.fault === null ? paint.good("verified") : `${paint.bad("of no use")}: ${verdict.fault}`;
	return [
		`snapshot ${taken.name}: taken in ${seconds(taken.seconds)}, ${verified}`,
		...table([
			["of", `${taken.instance}, whose applier stood still for ${seconds(taken.stillSeconds)}`],
			["holds", shortGtid(taken.gtidExecuted)],
			["size", sizeText(taken.bytes)],
			["tried", `in ${seconds(verdict.seconds)}`],
			...released.map((name) => ["let go", name]),
		]),
		...[...taken.notes, ...taken.failedAttempts].map((note) => paint.attention(`! ${note}`)),
		"next: mysql-dr snapshots",
	];
}

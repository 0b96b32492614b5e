/** `mysql-dr validate`: a restore is tried now, and the copy compared with a replica. */
import { z } from "zod";
import { clusterAccess } from "../kubernetes/access.ts";
import { cronJobNames, startJob } from "../kubernetes/jobs.ts";
import { seconds } from "../terminal/seconds.ts";
import type { Context, Result, SharedOptions } from "./context.ts";
import { followJob } from "./followJob.ts";

/** Exit code 3 where the copy is not what it should be, or a promise was not kept. */
export async function validate(context: Context, options: SharedOptions): Promise<Result> {
	const access = clusterAccess(options);
	const job = await startJob(access, cronJobNames.validation, { reason: "mysql-dr validate" });
	context.terminal.note(`job ${job.metadata?.name} begins`);
	const { result, exit } = await followJob(access, job, context);
	const { paint } = context.terminal;
	const verdict = exit === "done" ? paint.good("held") : paint.bad("broken");
	return { exit, document: result, lines: [`the test of a restore: ${verdict}`, ...measuredLines(result)] };
}

/** What was measured, as far as the job says it. */
const measured = z.looseObject({ rtoSeconds: z.number().nullish(), rpoSeconds: z.number().nullish() });

function measuredLines(result: unknown): string[] {
	const { rtoSeconds, rpoSeconds } = measured.safeParse((result as { measured?: unknown } | null)?.measured).data ?? {};
	return [
		...(rtoSeconds == null ? [] : [`restored in ${seconds(rtoSeconds)}`]),
		...(rpoSeconds == null ? [] : [`${seconds(rpoSeconds)} behind the database`]),
		"next: mysql-dr backups",
	];
}

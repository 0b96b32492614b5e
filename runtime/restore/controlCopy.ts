/** `mysql-dr job control`: tells the copy that waits in this pod what to do. */
import { UserError } from "../../objectives/error.ts";
import { jobLine } from "../commands/jobLine.ts";
import { FailedError } from "../exit.ts";
import { askCopy, controlSchema } from "./restoreControl.ts";
import { restoreFolder } from "./restoreJob.ts";

/** What the copy says goes to standard output as it comes. @throws FailedError with its own words when it did not do it */
export async function controlCopy(what: string, to?: string): Promise<void> {
	const control = controlSchema.safeParse({ do: what, ...(to === undefined ? {} : { to }) });
	if (!control.success) {
		throw new UserError({
			field: "what",
			value: what,
			wrong: `a copy cannot be told to ${JSON.stringify(what)}`,
			remedy: "say status, resume --to <target>, open or stop",
		});
	}
	let last = "";
	await askCopy(restoreFolder(), control.data, (line) => {
		process.stdout.write(`${line}\n`);
		last = line;
	});
	const end = jobLine(last);
	if (end?.kind === "result") return;
	throw new FailedError(end?.kind === "error" ? end.message : "the copy ended before it answered");
}

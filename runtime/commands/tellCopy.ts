/** `mysql-dr job copy`, in a restore's pod: passes on what the operator says, and what the copy answers. */
import { UserError } from "../../objectives/error.ts";
import { FailedError } from "../exit.ts";
import { askCopy, controlSchema } from "../restore/restoreControl.ts";
import { restoreFolder } from "../restore/restoreFolder.ts";
import { jobLine } from "./jobLine.ts";

/** @throws FailedError in the copy's own words, which are on standard output as well */
export async function tellCopy(what: string, { to }: { readonly to?: string }): Promise<void> {
	const control = controlSchema.safeParse({ do: what, ...(to === undefined ? {} : { to }) });
	if (!control.success) {
		throw new UserError({ field: "do", value: what, remedy: "write status, resume --to <target>, open or stop" });
	}
	let wrong: string | null = null;
	await askCopy(restoreFolder(), control.data, (text) => {
		process.stdout.write(`${text}\n`);
		const line = jobLine(text);
		if (line?.kind === "error") wrong = line.message;
	});
	if (wrong !== null) throw new FailedError(wrong);
}

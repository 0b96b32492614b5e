import { UserError } from "../../objectives/error.ts";
import type { Terminal } from "../terminal/terminal.ts";

/**
 * Returns when the one at the terminal agrees.
 * @throws UserError when nobody is there or the answer is no
 */
export async function confirmed(terminal: Terminal, question: string): Promise<void> {
	const answer = await terminal.confirm(question);
	if (answer === true) return;
	throw new UserError({
		field: "--yes",
		value: undefined,
		wrong: answer === null ? "nobody can be asked here" : "it was not confirmed",
		remedy: "add --yes to go ahead; nothing was changed",
	});
}

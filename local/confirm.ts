/** Asks a person, where there is one. */
import { createInterface } from "node:readline/promises";
import type { UserError } from "../objectives/error.ts";

/** Returns when the user agreed. @throws refused, also where nobody can be asked */
export async function confirm(question: string, refused: UserError): Promise<void> {
	if (!process.stdin.isTTY) throw refused;
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	try {
		if (!/^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())) throw refused;
	} finally {
		terminal.close();
	}
}

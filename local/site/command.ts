/** Commands of the machine, run without a shell; a failure says what was run and what it answered. */
import { execa, type Options } from "execa";
import { interruption, throwIfInterrupted } from "../tools/interruption.ts";

/** What the command wrote to its standard output. */
export async function run(file: string, args: readonly string[], options: Options = {}): Promise<string> {
	throwIfInterrupted();
	const result = await execa(file, args, {
		reject: false,
		cancelSignal: interruption,
		...options,
	});
	throwIfInterrupted();
	if (result.failed) throw new Error(`${[file, ...args].join(" ")}: ${tail(result.stderr) || result.shortMessage}`);
	return typeof result.stdout === "string" ? result.stdout : "";
}

/** Whether the command succeeded. */
export async function succeeds(file: string, args: readonly string[]): Promise<boolean> {
	throwIfInterrupted();
	const { failed } = await execa(file, args, { reject: false });
	return !failed;
}

function tail(output: unknown): string {
	return typeof output === "string" ? output.trim().split("\n").slice(-5).join("; ") : "";
}

/** Commands of the machine, as cleaning up needs them too: unlike the site's, Ctrl-C does not end them. */
import { execa } from "execa";

/** @returns what it wrote. @throws Error with what it complained about. */
export async function run(file: string, args: readonly string[], { input = "" } = {}): Promise<string> {
	const { failed, stdout, stderr } = await execa(file, args, { reject: false, input });
	if (failed) throw new Error(`${[file, ...args].join(" ")}: ${stderr.trim()}`);
	return stdout;
}

export async function succeeds(file: string, args: readonly string[]): Promise<boolean> {
	const { failed } = await execa(file, args, { reject: false });
	return !failed;
}

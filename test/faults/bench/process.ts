/** A program on one of the bench's machines, in a root file system, with mounts as a pod has them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./addresses.ts";

export interface Program {
	readonly machine: Machine;
	/** File of its output, standard error included. */
	readonly log: string;
	/** Root file system; null runs it in this machine's own. */
	readonly root: string | null;
	readonly user: "999:999" | "0:0";
	/** From here, to there below the root. */
	readonly mounts: Readonly<Record<string, string>>;
	readonly env: Readonly<Record<string, string>>;
	readonly command: readonly string[];
}

const enter = join(import.meta.dirname, "enter.sh");
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The child's pid is the program's: everything in between replaces itself. Ctrl-C does not reach it; we end it. */
export function start(program: Program): ChildProcess {
	const { machine, root, user, mounts, command } = program;
	const bound = Object.entries(mounts).map(([from, to]) => `${from}:${to}`);
	const inside =
		root === null
			? command
			: ["unshare", "--mount", "--propagation", "private", "sh", enter, root, user, ...bound, "--", ...command];
	const output = openSync(program.log, "a");
	return spawn("nsenter", [`--net=/run/netns/${machine.namespace}`, ...inside], {
		env: { PATH: path, ...program.env },
		stdio: ["ignore", output, output],
		detached: true,
	});
}

/** Runs it to its end. @throws Error when it fails. */
export async function complete(program: Program): Promise<void> {
	const [code, signal] = await once(start(program), "exit");
	if (code !== 0) {
		throw new Error(`${program.command.join(" ")} on ${program.machine.name}: ${signal ?? code}; see ${program.log}`);
	}
}

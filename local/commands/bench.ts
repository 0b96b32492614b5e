/** `npm run bench`: bench/run.ts, with mysqld and its companions out of the runtime image where it measures these. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../engine/stack.ts";
import { lendMysqld } from "../images/lentMysqld.ts";
import { ensureRuntimeRoot } from "../images/runtimeRoot.ts";
import type { StepProgress } from "../step.ts";
import { run } from "../tools/run.ts";
import { ensureTools } from "../tools/tools.ts";

/** Of bench/run.ts: done, failed, bad input. */
const ends = [0, 1, 2];

/** @returns its exit code */
export async function runBench(args: readonly string[], progress: StepProgress): Promise<number> {
	const bench = [process.execPath, join("bench", "run.ts"), ...args];
	const options = { cwd: checkout, output: "inherit", accept: ends } as const;
	// Of the engine alone, as who calls it: mysqld has no part in it.
	if (args.includes("policies")) return (await run(...split(bench), options)).code;
	// Whoever names a folder with the programs measures those.
	if (process.env.MYSQL_DR_MYSQLD_PATH !== undefined) return (await run(...split(bench), options)).code;
	const folder = await mkdtemp(join(tmpdir(), "mysql-dr-bench-"));
	try {
		// mysqld refuses to run as root: the account that it gets must find its way in.
		await chmod(folder, 0o755);
		const { path, prefix } = await lendMysqld(await ensureRuntimeRoot(await ensureTools(progress), progress), folder);
		const env = { MYSQL_DR_MYSQLD_PATH: path };
		return (await run(...split([...prefix, ...bench]), { ...options, env })).code;
	} finally {
		await rm(folder, { recursive: true });
	}
}

function split([command = "", ...args]: readonly string[]): [string, string[]] {
	return [command, args];
}

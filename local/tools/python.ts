/** Programs in Python, for tests alone: a virtual environment with the packages that a file names, each in one version. */
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import type { Progress } from "../step.ts";
import { cached, type Entry } from "./cache.ts";
import { findOnPath } from "./onPath.ts";
import type { PythonTool } from "./recipes.ts";
import { run } from "./run.ts";

/** @throws UserError where there is no Python */
export async function pythonEntry(tool: PythonTool): Promise<Entry> {
	const python = findOnPath("python3");
	if (python === undefined) {
		const remedy = "install Python 3.10 or newer with its module venv";
		throw new UserError({ field: "python3", value: undefined, wrong: "there is none on the PATH", remedy });
	}
	const { stdout } = await run(python, ["--version"]);
	return {
		name: tool.name,
		title: `install ${tool.name}`,
		inputs: { python: stdout.trim(), requirements: { file: tool.requirements } },
		make: async (folder) => {
			await run(python, ["-m", "venv", folder]);
			const options = ["--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps"];
			await run(interpreter(folder), ["-m", "pip", "install", ...options, "-r", tool.requirements]);
		},
	};
}

/** The folder of the environment; installed now if it is not there yet. */
export async function ensurePythonTool(tool: PythonTool, progress: Progress): Promise<string> {
	return cached(await pythonEntry(tool), progress);
}

/** Scripts of an environment know the folder that it was made in; its interpreter finds the one that it is in. */
export const interpreter = (folder: string): string => join(folder, "bin", "python3");

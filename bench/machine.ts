/** What figures were measured on. */
import { cpus, release, totalmem } from "node:os";
import { execa } from "execa";

const versions = {
	mysqld: ["--no-defaults", "--version"],
	restic: ["version"],
	sysbench: ["--version"],
} as const;
export type Program = keyof typeof versions;

/** @param programs whose versions are told besides that of Node.js */
export async function machine(programs: readonly Program[]) {
	const version = async (program: Program): Promise<[Program, string]> => [
		program,
		// mysqld begins with the path that it was called by.
		((await execa(program, [...versions[program]])).stdout.split("\n")[0] ?? "").replace(/^\/\S*\//, ""),
	];
	const [first] = cpus();
	return {
		machine: {
			cpus: cpus().length,
			model: first?.model ?? "",
			memoryGiB: Math.round(totalmem() / 2 ** 30),
			kernel: release(),
		},
		versions: { node: process.version, ...Object.fromEntries(await Promise.all(programs.map(version))) },
	};
}

/** What figures were measured on. */
import { cpus, release, totalmem } from "node:os";
import { execa } from "execa";

export async function machine() {
	const version = async (program: string, ...args: readonly string[]) =>
		(await execa(program, [...args])).stdout.split("\n")[0] ?? "";
	const [first] = cpus();
	return {
		machine: {
			cpus: cpus().length,
			model: first?.model ?? "",
			memoryGiB: Math.round(totalmem() / 2 ** 30),
			kernel: release(),
		},
		versions: {
			node: process.version,
			mysqld: await version("mysqld", "--no-defaults", "--version"),
			restic: await version("restic", "version"),
			sysbench: await version("sysbench", "--version"),
		},
	};
}

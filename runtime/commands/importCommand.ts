/** The words of `mysql-dr import`: what its commands are told. */
import { Command, Option } from "commander";
import { clusterCommand, durationOption } from "./context.ts";
import type { Run } from "./program.ts";

const several = (value: string, before: readonly string[] = []) => [...before, ...value.split(",")];

export function importCommand(run: Run): Command {
	return new Command("import")
		.description("bring an existing MySQL (8.0 or later) in, with seconds in which it takes no writes")
		.addCommand(
			sourceCommand("check", "list everything that would not survive, and change nothing").action((options) =>
				run(async () => (await import("./import.ts")).importCheck, options),
			),
		)
		.addCommand(
			sourceCommand("start", "check, load, and follow the source from then on")
				.option("--resume", "go on after an interruption or a change of the target's primary")
				.action((options) => run(async () => (await import("./import.ts")).importStart, options)),
		)
		.addCommand(
			clusterCommand("status", "show how far it is, and what stands in the way").action((options) =>
				run(async () => (await import("./import.ts")).importStatus, options),
			),
		)
		.addCommand(
			clusterCommand("cutover", "close the source, compare, and let the target take its place")
				.option("--writers-stopped", "every writer was stopped by hand: leave the source's settings alone")
				.addOption(durationOption("--limit <time>", "after this all is put back", "60s"))
				.option("--checksum-up-to <size>", "of larger tables only the rows are counted (default: 1Gi)")
				.option("-y, --yes", "do not ask")
				.action((options) => run(async () => (await import("./import.ts")).importCutover, options)),
		)
		.addCommand(
			clusterCommand("abort", "drop on the target what the import brought; the source keeps everything")
				.option("-y, --yes", "do not ask")
				.action((options) => run(async () => (await import("./import.ts")).importAbort, options)),
		);
}

function sourceCommand(name: string, description: string): Command {
	return clusterCommand(name, description)
		.option("--from <host:port>", "the source, as the cluster's pods reach it")
		.option("--user <name>", "account on the source")
		.option("--password-file <file>", "file with its password")
		.option("--ca <file>", "authority of the source's certificate: verify it")
		.addOption(
			new Option("--tls-mode <mode>", "default: required, or verify-ca with --ca").choices([
				"required",
				"verify-ca",
				"off",
			]),
		)
		.option("--schema <names>", "only these schemas (default: all that are not the server's own)", several)
		.option("--no-accounts", "leave the source's accounts behind")
		.option("--accept <kinds>", "begin in spite of these findings, where that is the application's matter", several);
}

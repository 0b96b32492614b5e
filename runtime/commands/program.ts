/** The command line: which commands there are. Each is loaded when it is called, so that the others cost no time. */
import { Command, CommanderError } from "commander";
import { type Exit, errorDocument, errorLines, exitHelp, exitOf, exits } from "../exit.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { backupCommands } from "./backupCommands.ts";
import { cloneCommand } from "./cloneCommand.ts";
import { clusterSideCommands } from "./clusterSide.ts";
import {
	type Context,
	clusterCommand,
	countOption,
	durationOption,
	type Result,
	type SharedOptions,
} from "./context.ts";

import { importCommand } from "./importCommand.ts";

/** What a loaded command does. */
export type Action = (context: Context, options: SharedOptions, argument?: string) => Promise<Result>;

/**
 * Runs one command.
 * @param args what follows the program's name
 * @returns the exit code
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
	const interrupt = new AbortController();
	const stop = () => interrupt.abort(new Error("interrupted"));
	let exit: Exit = "done";
	const run = async (load: () => Promise<Action>, options: SharedOptions, argument?: string) => {
		process.on("SIGINT", stop).on("SIGTERM", stop);
		try {
			exit = await perform(await load(), { terminal, signal: interrupt.signal }, options, argument);
		} finally {
			process.off("SIGINT", stop).off("SIGTERM", stop);
		}
	};
	try {
		await program(terminal, run).parseAsync([...args], { from: "user" });
		return exits[exit].code;
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exits.badInput.code;
		for (const line of errorLines(error)) terminal.note(line);
		return exits[exitOf(error)].code;
	}
}

/** Prints what the command hands back: one document, or lines. */
async function perform(action: Action, context: Context, options: SharedOptions, argument?: string): Promise<Exit> {
	const { terminal } = context;
	try {
		const { exit, document, lines } = await action(context, options, argument);
		if (options.json) terminal.print(JSON.stringify(document, null, 2));
		else for (const line of lines) terminal.print(line);
		return exit;
	} catch (error) {
		if (!options.json) throw error;
		terminal.print(JSON.stringify(errorDocument(error), null, 2));
		for (const line of errorLines(error)) terminal.note(line);
		return exitOf(error);
	}
}

/** How the program runs a command that is loaded only then. */
export type Run = (load: () => Promise<Action>, options: SharedOptions, argument?: string) => Promise<void>;

function program(terminal: Terminal, run: Run): Command {
	const top = new Command("mysql-dr")
		.description("MySQL with a disaster-recovery plan that runs, and proves that it does")
		.addHelpText("afterAll", exitHelp())
		.showSuggestionAfterError();
	for (const command of [...operatorCommands(run), ...clusterSideCommands()]) top.addCommand(command);
	for (const command of [top, ...everyCommand(top)]) {
		command.exitOverride().configureOutput({
			writeOut: (text) => terminal.print(text.trimEnd()),
			writeErr: (text) => terminal.note(text.trimEnd()),
		});
	}
	return top;
}

function everyCommand(parent: Command): Command[] {
	return parent.commands.flatMap((command) => [command, ...everyCommand(command)]);
}

/** The commands that people type. */
export function operatorCommands(run: Run): Command[] {
	return [
		importCommand(run),
		clusterCommand("status", "show which instance is primary, how the others follow, and whether all is protected")
			.option("--wait-protected", "wait until one more failure of any zone would cost nothing")
			.option("--wait-updated", "wait until a rolling update is done as well")
			.addOption(durationOption("--timeout <time>", "how long to wait", "3m"))
			.action((options) => run(async () => (await import("./status.ts")).status, options)),
		clusterCommand("switchover", "move the primary to another instance, without losing a write")
			.option("--to <instance>", "which one (default: the watchdog chooses)")
			.option("-y, --yes", "do not ask")
			.action((options) => run(async () => (await import("./switchover.ts")).switchover, options)),
		clusterCommand(
			"promote",
			"make an instance the primary where the watchdog refuses: acknowledged writes may be lost",
		)
			.argument("<instance>", "which one")
			.option("--accept-loss", "what it does not hold is given up")
			.option("-y, --yes", "do not ask")
			.action((instance, options) => run(async () => (await import("./promote.ts")).promote, options, instance)),
		clusterCommand("replace-volume", "give a replica a new volume, a copy of another; the old one is kept aside")
			.argument("<instance>", "which replica")
			.option("-y, --yes", "do not ask")
			.action((instance, options) =>
				run(async () => (await import("./replaceVolume.ts")).replaceVolume, options, instance),
			),
		clusterCommand("pause", "change nothing by itself for a while: no failover, no rebuild, no rolling update")
			.addOption(durationOption("--for <time>", "for how long", "1h"))
			.option("--reason <text>", "why, for whoever looks at the status")
			.option("-y, --yes", "do not ask")
			.action((options) => run(async () => (await import("./pause.ts")).pause, options)),
		clusterCommand("unpause", "end a pause before its time").action((options) =>
			run(async () => (await import("./pause.ts")).unpause, options),
		),
		clusterCommand("report", "show what happened when the primary last changed, step by step")
			.option("--last", "the last change, which is what is shown anyway")
			.action((options) => run(async () => (await import("./report.ts")).report, options)),
		clusterCommand("endpoints", "show how a client outside the cluster reaches primary and replicas").action(
			(options) => run(async () => (await import("./endpoints.ts")).endpoints, options),
		),
		clusterCommand("credentials", "print the password of an account, to a terminal only")
			.argument("[account]", "which account; without it the accounts are listed")
			.option("--reveal", "print it to a pipe or a file as well")
			.action((account, options) => run(async () => (await import("./credentials.ts")).credentials, options, account)),
		clusterCommand("drill", "cause a failure on purpose, under load, and measure what it costs")
			.argument("<scenario>", "what is lost: pod, volume")
			.addOption(
				durationOption("--duration <time>", "how long to write before the failure and after the recovery", "5s"),
			)
			.addOption(countOption("--runs <number>", "how many times", 1))
			.option("--all", "with volume: destroy every volume, and bring the data back from the stores")
			.option("-y, --yes", "with --all: do not ask")
			.action((scenario, options) => run(async () => (await import("./drill.ts")).drill, options, scenario)),
		clusterCommand("runbook", "print what to do when something is lost, for this very stack")
			.argument("<scenario>", "what is lost: pod, volume, cluster or badData")
			.action((scenario, options) => run(async () => (await import("./runbook.ts")).runbook, options, scenario)),
		...backupCommands(run),
		cloneCommand(run),
	];
}

/** What every command is given, and the options that commands share. */
import { Command, InvalidArgumentError, Option } from "commander";
import { type Duration, duration } from "../../objectives/duration.ts";
import { UserError } from "../../objectives/error.ts";
import type { Exit } from "../exit.ts";
import type { Terminal } from "../terminal/terminal.ts";

export interface Context {
	readonly terminal: Terminal;
	/** Ctrl-C, or being told to stop. */
	readonly signal: AbortSignal;
}

/** The options of every command that talks to a cluster. */
export interface SharedOptions {
	readonly json?: boolean;
	readonly kubeconfig?: string;
	readonly context?: string;
	readonly namespace?: string;
}

/** What a command hands back besides its exit: the document that --json prints, and the lines that people get. */
export interface Result {
	readonly exit: Exit;
	readonly document: unknown;
	readonly lines: readonly string[];
}

/** A command that talks to a cluster. */
export function clusterCommand(name: string, description: string): Command {
	return new Command(name)
		.description(description)
		.option("--json", "print one JSON document on standard output")
		.option("--kubeconfig <file>", "kubeconfig (default: $KUBECONFIG, this checkout's local site, ~/.kube/config)")
		.option("--context <name>", "context of the kubeconfig")
		.option("-n, --namespace <name>", "namespace of the database (default: mysql)");
}

/** An option whose value is a time, such as 3m. */
export function durationOption(flags: string, description: string, standard: string): Option {
	const option = new Option(flags, description).argParser((text: string): Duration => {
		try {
			return duration(text);
		} catch (error) {
			if (error instanceof UserError) throw new InvalidArgumentError(`${error.wrong}; ${error.remedy}`);
			throw error;
		}
	});
	return option.default(duration(standard), standard);
}

/** An option whose value is a whole number of at least one. */
export function countOption(flags: string, description: string, standard: number): Option {
	return new Option(flags, description).default(standard).argParser((text: string) => {
		if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("Write a whole number of at least 1.");
		return Number(text);
	});
}

/** The door to everything that happens on this machine: the local site, the engine, the tests. */
import { Command } from "commander";
import { UserError } from "../objectives/error.ts";
import { runBench } from "./commands/bench.ts";
import { imageCommands } from "./commands/image.ts";
import { policyCommand } from "./commands/policy.ts";
import { runPulumi } from "./commands/pulumi.ts";
import { runDown, runUp } from "./commands/runUp.ts";
import { siteCommands } from "./commands/site.ts";
import { runTests } from "./commands/test.ts";
import { createProgress, type StepProgress } from "./step.ts";
import { Interrupted, interruption, listenForInterruption } from "./tools/interruption.ts";

const exitCodes = { done: 0, failed: 1, badInput: 2, interrupted: 130 };

const progress = createProgress();
const program = new Command("local")
	.description("A real three-zone Kubernetes on this machine, and the stack on it.")
	.showHelpAfterError("(--help shows what there is)")
	.exitOverride()
	.enablePositionalOptions();

siteCommands(program, progress);
imageCommands(program, progress);
policyCommand(program, progress);
stackCommands(program, progress);

await main();

async function main(): Promise<void> {
	listenForInterruption();
	try {
		await program.parseAsync();
	} catch (error) {
		process.exitCode = report(error);
	}
	// Handles of a library that are still open are no reason to stay.
	process.exit();
}

function stackCommands(parent: Command, shown: StepProgress): void {
	const run = parent.command("run").description("the dev stack on the local site (npm run up, npm run down)");
	run
		.command("up")
		.description("build what is missing, start the site, declare the stack, wait until the database is protected")
		.argument("[pulumi...]", "arguments for `pulumi up`")
		.allowUnknownOption()
		.action(async (args: string[]) => {
			await runUp({ stack: "dev" }, args, shown);
			say(["", shown.summary(), "", "next: npm run mysql-dr -- status; npm run drill -- pod; npm run down"]);
		});
	run
		.command("down")
		.description("stop the site; the data and the stack stay, and `up` brings the same database back")
		.option("--wipe", "delete the site's data and the stack's state as well", false)
		.option("--yes", "do not ask", false)
		.action((options: { wipe: boolean; yes: boolean }) => runDown({ stack: "dev" }, options, shown));
	parent
		.command("pulumi")
		.description("any command of the Pulumi engine, on the dev stack")
		.argument("<args...>")
		.helpOption(false)
		.allowUnknownOption()
		.passThroughOptions()
		.action(async (args: string[]) => {
			process.exitCode = await runPulumi({ stack: "dev" }, args, shown);
		});
	parent
		.command("bench")
		.description("something measured beside its peers (bench/run.ts), with the programs of the runtime image")
		.argument("[args...]")
		.helpOption(false)
		.allowUnknownOption()
		.passThroughOptions()
		.action(async (args: string[]) => {
			process.exitCode = await runBench(args, shown);
		});
	parent
		.command("test")
		.description("lint, types, unit tests, Go tests, and a short run on a real site of its own")
		.action(async () => {
			process.exitCode = (await runTests(shown)) ? exitCodes.done : exitCodes.failed;
		});
}

/** Faults of the user in one line each, ours with their trace. */
function report(error: unknown): number {
	if (interruption.aborted || error instanceof Interrupted) {
		say([new Interrupted().message]);
		return exitCodes.interrupted;
	}
	if (error instanceof UserError) {
		say([error.message]);
		return exitCodes.badInput;
	}
	// commander has said what is wrong, or shown the help that was asked for.
	const { code } = error as { code?: unknown };
	if (typeof code === "string" && code.startsWith("commander."))
		return /help|version/.test(code) ? exitCodes.done : exitCodes.badInput;
	say([error instanceof Error ? messageOf(error) : String(error)]);
	return exitCodes.failed;
}

function messageOf(error: Error): string {
	const cause = error.cause instanceof Error ? `\n  because: ${messageOf(error.cause)}` : "";
	const expected = error.name === "CommandError";
	return `${expected ? error.message : (error.stack ?? error.message)}${cause}`;
}

function say(lines: readonly string[]): void {
	process.stderr.write(`${lines.join("\n")}\n`);
}

/** The words of `mysql-dr clone`: what its commands are told. */
import { Command } from "commander";
import { defaultTtl } from "../clone/clone.ts";
import { clusterCommand, durationOption } from "./context.ts";
import type { Run } from "./program.ts";

const several = (value: string, before: readonly string[] = []) => [...before, ...value.split(",")];
const ttl = () => durationOption("--ttl <time>", "it deletes itself after this", defaultTtl);

export function cloneCommand(run: Run): Command {
	return new Command("clone")
		.description("a writable copy in a namespace of its own, for a while, with no way to production")
		.addCommand(createCommand(run), { isDefault: true })
		.addCommand(
			clusterCommand("list", "show the clones of all databases, and when they go").action((options) =>
				run(async () => (await import("./clones.ts")).clones, options),
			),
		)
		.addCommand(
			clusterCommand("extend", "let a clone live longer, from now on")
				.argument("<name>", "which one")
				.addOption(ttl())
				.action((name, options) => run(async () => (await import("./clones.ts")).extendClone, options, name)),
		)
		.addCommand(
			clusterCommand("delete", "delete a clone, and what was written to it")
				.argument("<name>", "which one")
				.option("-y, --yes", "do not ask")
				.action((name, options) => run(async () => (await import("./clones.ts")).deleteClone, options, name)),
		);
}

function createCommand(run: Run): Command {
	return clusterCommand("create", "make one")
		.option("--from <what>", "now, snapshot or a snapshot's name (default: the newest snapshot, else now)")
		.option("--name <name>", "of its namespace (default: <database>-clone-<suffix>)")
		.addOption(ttl())
		.option("--size <size>", "of its volume (default: as large as the one that the snapshot was taken of)")
		.option("--from-namespace <names>", "pods of these namespaces may connect too", several)
		.option("--keep-accounts", "leave your own accounts open, with the passwords that they have in production")
		.option("--events", "let the copy's events run")
		.action((options) => run(async () => (await import("./clone.ts")).clone, options));
}

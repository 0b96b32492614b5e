/** A stack's configuration file, read before the engine is: so that a bad one is refused before a site is built. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../../objectives/error.ts";
import { parseConfig, plan, type StackConfig, siteFacts } from "../../objectives/index.ts";

export interface StackFile {
	readonly config: StackConfig;
	/** Whether the stack lives on the site that this machine makes. */
	readonly local: boolean;
	/** How to reach a cluster of the user's own; as command-line options of `mysql-dr`. */
	readonly access: readonly string[];
	readonly text: string;
}

const project = "mysql-dr";

/** Reads and checks `Pulumi.<stack>.yaml`; throws UserError where a promise cannot be kept. */
export async function readStackFile(checkout: string, stack: string): Promise<StackFile> {
	const file = `Pulumi.${stack}.yaml`;
	const text = await readFile(join(checkout, file), "utf8").catch(() => {
		throw new UserError({ field: file, value: undefined, wrong: "is missing", remedy: "take it from the repository" });
	});
	return interpret(text);
}

/** The same from its text. */
export function interpret(text: string): StackFile {
	const settings: Record<string, unknown> = parse(text)?.config ?? {};
	const config = parseConfig(ownSettings(settings));
	for (const database of config.databases) plan(database.objectives, siteFacts(config, database), database.overrides);
	const [context, kubeconfig] = ["kubernetes:context", "kubernetes:kubeconfig"].map((name) => settings[name]);
	const given = context !== undefined || kubeconfig !== undefined;
	return { config, local: config.site.cluster === "local" && !given, access: accessOptions(context, kubeconfig), text };
}

/** As the engine hands them to the program: scalars are text. */
function ownSettings(settings: Record<string, unknown>): Record<string, unknown> {
	const own = Object.entries(settings).filter(([key]) => key.startsWith(`${project}:`));
	return Object.fromEntries(
		own.map(([key, value]) => [key.slice(project.length + 1), typeof value === "object" ? value : String(value)]),
	);
}

/** The kubeconfig setting may hold a file's content; then the operator's own is used, where the context may be. */
function accessOptions(context: unknown, kubeconfig: unknown): string[] {
	const path = typeof kubeconfig === "string" && !kubeconfig.includes("\n") ? ["--kubeconfig", kubeconfig] : [];
	return [...path, ...(typeof context === "string" ? ["--context", context] : [])];
}

/** The Pulumi engine: the machine's own where it is new enough, else one built from Go modules, with our language host beside it. */
import { existsSync } from "node:fs";
import { chmod, copyFile, link, mkdir, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { type Progress, silent } from "../step.ts";
import { cached, type Entry, entryFolder } from "../tools/cache.ts";
import { ensureGoTool, goEntry } from "../tools/go.ts";
import { findFitting, findOnPath } from "../tools/onPath.ts";
import { type GoTool, kubernetesProvider, providerVersion, pulumiCli } from "../tools/recipes.ts";

/** The first with everything that the programs use (resource hooks, policy packs with configuration by stack). */
export const oldestPulumi = "3.200.0";

export interface Engine {
	/** The command. */
	readonly pulumi: string;
	/** To be added to the environment of that command and of nothing else. */
	readonly env: Readonly<Record<string, string>>;
	/** The folder of the plugins that were built with it; absent for the machine's own engine, which has its own. */
	readonly plugins?: string;
}

export async function ensureEngine(progress: Progress): Promise<Engine> {
	const own = await installedEngine();
	if (own) return own;
	const cli = await ensureGoTool(pulumiCli, progress);
	const provider = await ensureGoTool(kubernetesProvider, progress);
	return builtEngine(await cached(engineEntry(cli, provider), progress));
}

/** The same, if nothing has to be built for it; undefined where something has. */
export async function presentEngine(): Promise<Engine | undefined> {
	const own = await installedEngine();
	if (own || findOnPath("go") === undefined) return own;
	const [cli, provider] = [await goFolder(pulumiCli), await goFolder(kubernetesProvider)];
	const folder = await entryFolder(engineEntry(cli, provider));
	return existsSync(folder) ? builtEngine(folder) : undefined;
}

async function installedEngine(): Promise<Engine | undefined> {
	const [own] = (await findFitting(installed)) ?? [];
	return own && { pulumi: own.path, env: { PATH: pathWith([]), PULUMI_SKIP_UPDATE_CHECK: "true" } };
}

function builtEngine(folder: string): Engine {
	return {
		pulumi: join(folder, "pulumi"),
		env: {
			PATH: pathWith([folder]),
			PULUMI_SKIP_UPDATE_CHECK: "true",
			// Everything is there; without this a missing plugin costs 7 s of retries.
			PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
		},
		plugins: join(folder, "plugins"),
	};
}

function pathWith(folders: readonly string[]): string {
	return [...folders, dirname(process.execPath), process.env.PATH ?? ""].join(delimiter);
}

const goFolder = async (tool: GoTool): Promise<string> => entryFolder(await goEntry(tool, silent));

const installed = { commands: ["pulumi"], versionArgs: ["version"], minimum: oldestPulumi, below: "4" };

const hostFile = join(import.meta.dirname, "language-host.ts");

/** How the engine starts a host: by this name, beside itself. */
const hostScript = `#!/bin/sh
exec node --no-warnings "\${0%/*}/language-host.ts" "$@"
`;

function engineEntry(cli: string, provider: string): Entry {
	return {
		name: "engine",
		title: "collect the Pulumi engine",
		inputs: {
			cli: basename(cli),
			provider: basename(provider),
			host: { file: hostFile },
			hostScript,
			layout: "plugins",
		},
		make: async (folder) => {
			await link(join(cli, pulumiCli.name), join(folder, pulumiCli.name));
			// Where the engine keeps plugins itself: one on the PATH works as well, with a warning in every run.
			const plugin = join(folder, "plugins", `resource-kubernetes-v${providerVersion}`);
			await mkdir(plugin, { recursive: true });
			await link(join(provider, kubernetesProvider.name), join(plugin, kubernetesProvider.name));
			await copyFile(hostFile, join(folder, "language-host.ts"));
			// Without it Node.js would have to find out what kind of module the host is.
			await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
			await writeFile(join(folder, "pulumi-language-nodejs"), hostScript);
			await chmod(join(folder, "pulumi-language-nodejs"), 0o755);
		},
	};
}

/** The Pulumi engine: the machine's own where it is new enough, else one built from Go modules, with our language host beside it. */
import { chmod, copyFile, link, mkdir, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import type { Progress } from "../step.ts";
import { cached, type Entry } from "../tools/cache.ts";
import { ensureGoTool } from "../tools/go.ts";
import { findFitting } from "../tools/onPath.ts";
import { kubernetesProvider, providerVersion, pulumiCli } from "../tools/recipes.ts";

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
	const nodeFolder = dirname(process.execPath);
	const path = (folders: readonly string[]): string => [...folders, nodeFolder, process.env.PATH ?? ""].join(delimiter);
	const [own] = (await findFitting(installed)) ?? [];
	if (own) return { pulumi: own.path, env: { PATH: path([]), PULUMI_SKIP_UPDATE_CHECK: "true" } };
	const cli = await ensureGoTool(pulumiCli, progress);
	const provider = await ensureGoTool(kubernetesProvider, progress);
	const folder = await cached(engineEntry(cli, provider), progress);
	return {
		pulumi: join(folder, "pulumi"),
		env: {
			PATH: path([folder]),
			PULUMI_SKIP_UPDATE_CHECK: "true",
			// Everything is there; without this a missing plugin costs 7 s of retries.
			PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
		},
		plugins: join(folder, "plugins"),
	};
}

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

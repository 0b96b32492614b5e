/**
 * The providers of a preview: doubles; or, with MYSQL_DR_REAL_PROVIDERS=1 and an engine of the machine's own, the clouds' real
 * ones in the versions of the SDKs. Kubernetes' is a double always: there is no cluster to ask.
 */
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../../local/engine/engine.ts";
import { run } from "../../local/tools/run.ts";
import { installedVersion } from "../doubles/cachedSchema.ts";
import { installDoubles } from "../doubles/install.ts";

const real = ["aws", "gcp"] as const;

interface Plugin {
	readonly name: string;
	readonly kind: string;
	readonly version: string;
	readonly path: string;
}

export interface Providers {
	/** What the engine is to call its home (PULUMI_HOME). */
	readonly home: string;
	/** Of the program by which real ones are told to ask nobody who we are; undefined: the stack's own. */
	readonly folder?: string;
}

/** @throws Error naming what is missing where real ones are asked for */
export async function installProviders(
	home: string,
	engine: Engine,
	env: NodeJS.ProcessEnv = process.env,
): Promise<Providers> {
	if (env.MYSQL_DR_REAL_PROVIDERS !== "1") {
		await installDoubles(home);
		return { home };
	}
	const { stdout } = await run(engine.pulumi, ["plugin", "ls", "--json"], { env: engine.env });
	const plugins = realPlugins(JSON.parse(stdout));
	await installDoubles(home, ["kubernetes"]);
	await mkdir(join(home, "plugins"), { recursive: true });
	for (const { name, version, path } of plugins)
		await symlink(path, join(home, "plugins", `resource-${name}-v${version}`));
	return { home, folder: join(import.meta.dirname, "unasked") };
}

/** Those in the versions of the SDKs. Pure. */
export function realPlugins(installed: readonly Plugin[]): readonly Plugin[] {
	return real.map((name) => {
		const version = installedVersion(name);
		const found = installed.find((one) => one.kind === "resource" && one.name === name && one.version === version);
		if (found) return found;
		throw new Error(
			`MYSQL_DR_REAL_PROVIDERS: the provider ${name} ${version} is not installed: pulumi plugin install resource ${name} v${version}`,
		);
	});
}

/** Doubles as the engine starts providers: each a script of the provider's name. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Doubled, doubled, installedVersion } from "./cachedSchema.ts";

/** In the place of real providers (default: of each), in the folder that the engine calls its home (PULUMI_HOME). */
export async function installDoubles(home: string, providers: readonly Doubled[] = doubled): Promise<void> {
	for (const provider of providers) {
		await writeDouble(join(home, "plugins", `resource-${provider}-v${installedVersion(provider)}`), provider);
	}
}

/** @param folder of the PATH, where the engine looks for what its home lacks */
export async function writeDouble(folder: string, provider: Doubled): Promise<void> {
	await mkdir(folder, { recursive: true });
	const program = join(import.meta.dirname, "provider.ts");
	const script = join(folder, `pulumi-resource-${provider}`);
	await writeFile(script, `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${program}" ${provider} "$@"\n`);
	await chmod(script, 0o755);
}

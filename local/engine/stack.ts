/**
 * The stack that the npm scripts work on: a file backend, a passphrase and a configuration of its own below `.state`, so that a run
 * writes nothing into the checkout's files. Somebody who has chosen a backend ($PULUMI_BACKEND_URL) keeps it, and all that goes with it.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { Progress } from "../step.ts";
import { cacheRoot } from "../tools/cache.ts";
import { withLock } from "../tools/lock.ts";
import { type RunOptions, type RunResult, run } from "../tools/run.ts";
import type { Engine } from "./engine.ts";

export const checkout = join(import.meta.dirname, "..", "..");
const project = "mysql-dr";

export interface StackPlace {
	readonly stack: string;
	/** Name of the `Pulumi.<file>.yaml` with its configuration: a test's stack uses that of `dev`. */
	readonly file: string;
	/** The local site that it is on, if any. */
	readonly site?: string;
	/** Folder of backend, passphrase and configuration; undefined with a backend of the user's own. */
	readonly folder: string | undefined;
}

/** `.state/pulumi` for the dev stack, `.state/pulumi-<stack>` for others. */
export function stackPlace(stack: string, site: string | undefined, env: NodeJS.ProcessEnv = process.env): StackPlace {
	const file = stack === "test" ? "dev" : stack;
	// A test never touches a backend that somebody uses.
	const own = env.PULUMI_BACKEND_URL !== undefined && stack !== "test";
	const folder = join(checkout, ".state", stack === "dev" ? "pulumi" : `pulumi-${stack}`);
	return { stack, file, ...(site === undefined ? {} : { site }), folder: own ? undefined : folder };
}

/** The environment in which `pulumi` finds this stack. */
async function stackEnvironment(place: StackPlace, engine: Engine): Promise<Record<string, string>> {
	const site = place.site === undefined ? {} : { MYSQL_DR_SITE: place.site };
	// The Kubernetes SDK is large: Node.js keeps it compiled between runs, a second of processor time each.
	const compiled = { NODE_COMPILE_CACHE: join(cacheRoot(), "node-compile") };
	const common = { ...engine.env, ...compiled, PULUMI_STACK: place.stack, ...site };
	if (place.folder === undefined)
		return { ...common, ...(await homeOf(engine, join(checkout, ".state", "pulumi-home"))) };
	return {
		...common,
		PULUMI_BACKEND_URL: `file://${place.folder}`,
		PULUMI_CONFIG_PASSPHRASE_FILE: await passphraseFile(place.folder),
		...(await homeOf(engine, join(place.folder, "home"))),
	};
}

/** The machine's own engine keeps its plugins and its login; ours leaves nothing in the home folder. */
export async function homeOf({ plugins }: Engine, home: string): Promise<Record<string, string>> {
	if (plugins === undefined) return {};
	const place = join(home, "plugins");
	await mkdir(home, { recursive: true });
	if ((await readlink(place).catch(() => null)) !== plugins) {
		await rm(place, { recursive: true, force: true });
		await symlink(plugins, place);
	}
	return { PULUMI_HOME: home };
}

/** Made once, readable by its owner. The dev stack holds no secrets; the engine wants something to encrypt them with. */
async function passphraseFile(folder: string): Promise<string> {
	const file = join(folder, "passphrase");
	await mkdir(folder, { recursive: true });
	try {
		await writeFile(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	return file;
}

export interface Stack {
	readonly place: StackPlace;
	/** Runs one `pulumi` command on the stack. */
	pulumi(args: readonly string[], options?: RunOptions): Promise<RunResult>;
}

/** The stack, made if it does not exist yet; one command at a time works on it. */
export async function withStack<T>(
	place: StackPlace,
	engine: Engine,
	progress: Progress,
	work: (stack: Stack) => Promise<T>,
): Promise<T> {
	const env = await stackEnvironment(place, engine);
	const use = async (): Promise<T> => {
		await makeReady(place, engine, env);
		const pulumi: Stack["pulumi"] = (args, options = {}) =>
			run(engine.pulumi, withConfigFile(args, place), { cwd: checkout, ...options, env: { ...env, ...options.env } });
		return work({ place, pulumi });
	};
	return place.folder === undefined
		? use()
		: withLock(join(place.folder, "lock"), use, (holder) =>
				progress.note(`waiting for ${holder}, at work on this stack`),
			);
}

async function makeReady(
	{ folder, stack, file }: StackPlace,
	{ pulumi }: Engine,
	env: Record<string, string>,
): Promise<void> {
	if (folder === undefined) return;
	const init = join(folder, "init");
	const known = join(folder, ".pulumi", "stacks", project, `${stack}.json`);
	await mkdir(init, { recursive: true });
	if (!existsSync(known)) {
		// In a project folder of its own, because `stack init` writes the salt of the passphrase beside Pulumi.yaml.
		await writeFile(join(init, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
		await run(pulumi, ["stack", "init", stack, "--non-interactive"], {
			cwd: init,
			env: { ...env, PULUMI_STACK: undefined },
		});
	}
	await freeDeadLocks(folder, stack, () => run(pulumi, ["cancel", "--yes", "--stack", stack], { cwd: init, env }));
	const own = await readFile(join(checkout, `Pulumi.${file}.yaml`), "utf8");
	const salt = await readFile(join(init, `Pulumi.${stack}.yaml`), "utf8");
	await writeFile(configFile(folder, stack), withSalt(own, salt));
}

/** The configuration with the passphrase's salt, unless it has one of its own. */
export function withSalt(config: string, salted: string): string {
	if (parse(config)?.encryptionsalt !== undefined) return config;
	const salt = parse(salted)?.encryptionsalt;
	return salt === undefined ? config : `${config.replace(/\n*$/, "\n")}encryptionsalt: ${salt}\n`;
}

function configFile(folder: string, stack: string): string {
	return join(folder, `Pulumi.${stack}.yaml`);
}

/** Commands that work with the stack's configuration and take another file for it. `config` itself changes the checkout's. */
const takesConfigFile = new Set(["preview", "up", "update", "refresh", "destroy", "import", "watch"]);

/** The command line with our configuration file, where the command takes one and none is given. */
export function withConfigFile(args: readonly string[], { folder, stack }: StackPlace): string[] {
	const [command = "", ...rest] = args;
	const given = rest.some((argument) => argument.startsWith("--config-file"));
	if (folder === undefined || given || !takesConfigFile.has(command)) return [...args];
	return [command, "--config-file", configFile(folder, stack), ...rest];
}

/** A killed engine leaves its lock; the lock says which process it was. */
async function freeDeadLocks(folder: string, stack: string, cancel: () => Promise<unknown>): Promise<void> {
	const locks = join(folder, ".pulumi", "locks", "organization", project, stack);
	for (const name of await readdir(locks).catch(() => [])) {
		const { pid } = JSON.parse(await readFile(join(locks, name), "utf8"));
		if (typeof pid === "number" && !existsSync(`/proc/${pid}`)) await cancel();
	}
}

/** Which cluster to talk to: the first kubeconfig that is there, or the cluster that this process runs in. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../../objectives/error.ts";
import { PooledKubeConfig } from "./pooledKubeConfig.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line says about the cluster. */
export interface ClusterOptions {
	/** Path of a kubeconfig. */
	readonly kubeconfig?: string | undefined;
	/** A context of it; default: its current one. */
	readonly context?: string | undefined;
}

/** A place where a kubeconfig may be, and what named it, for messages. */
interface Source {
	readonly named: string;
	readonly files: readonly string[];
}

/**
 * The order is: the option, $KUBECONFIG, the local site of the checkout ($MYSQL_DR_SITE, default dev), the user's own
 * file, the cluster around this process.
 * @param folder where the search for the checkout begins
 * @throws UserError where a file that was named is missing or unreadable, where nothing is found, or the context is unknown
 */
export function loadConfiguration(options: ClusterOptions, env: Environment, folder = process.cwd()): KubeConfig {
	const config = new PooledKubeConfig();
	const source = named(options, env) ?? found(env, folder);
	if (source !== null) loadFiles(config, source);
	else if (env.KUBERNETES_SERVICE_HOST !== undefined) config.loadFromCluster();
	else throw nothingFound();
	if (options.context !== undefined) useContext(config, options.context);
	return config;
}

function named(options: ClusterOptions, env: Environment): Source | null {
	if (options.kubeconfig !== undefined) return { named: "--kubeconfig", files: [options.kubeconfig] };
	const files = (env.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
	return files.length > 0 ? { named: "$KUBECONFIG", files } : null;
}

function found(env: Environment, folder: string): Source | null {
	const site = siteKubeconfig(folder, env.MYSQL_DR_SITE ?? "dev");
	if (site !== null) return { named: "the local site", files: [site] };
	if (env.MYSQL_DR_SITE !== undefined) {
		throw new UserError({
			field: "MYSQL_DR_SITE",
			value: env.MYSQL_DR_SITE,
			wrong: `no local site "${env.MYSQL_DR_SITE}" runs from this checkout`,
			remedy: "start it with npm run up, or unset MYSQL_DR_SITE",
		});
	}
	const own = join(env.HOME ?? homedir(), ".kube", "config");
	return existsSync(own) ? { named: "your own kubeconfig", files: [own] } : null;
}

/** The kubeconfig of a local site of the checkout around `folder`, or null. */
function siteKubeconfig(folder: string, site: string): string | null {
	for (let at = resolve(folder); ; at = dirname(at)) {
		const facts = join(at, ".state", "sites", site, "site.json");
		if (existsSync(facts)) {
			const { kubeconfig } = JSON.parse(readFileSync(facts, "utf8")) as { kubeconfig?: string };
			if (kubeconfig !== undefined) return resolve(dirname(facts), kubeconfig);
		}
		if (dirname(at) === at) return null;
	}
}

function loadFiles(config: KubeConfig, { named, files }: Source): void {
	const present = files.filter((file) => existsSync(file));
	const [first, ...others] = present;
	if (first === undefined) {
		throw new UserError({
			field: named,
			value: files.join(delimiter),
			wrong: `there is no file ${files.join(delimiter)}`,
			remedy: "name a kubeconfig that exists",
		});
	}
	try {
		config.loadFromFile(first);
		for (const file of others) {
			const other = new KubeConfig();
			other.loadFromFile(file);
			config.mergeConfig(other, true);
		}
	} catch (error) {
		const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
		throw new UserError({
			field: named,
			value: first,
			wrong: `${first} is not a kubeconfig (${reason})`,
			remedy: "name a kubeconfig",
		});
	}
	if (config.getCurrentCluster() === null && config.getContexts().length === 0) {
		throw new UserError({
			field: named,
			value: first,
			wrong: `${first} names no cluster`,
			remedy: "name a kubeconfig",
		});
	}
}

function useContext(config: KubeConfig, context: string): void {
	const known = config.getContexts().map(({ name }) => name);
	if (!known.includes(context)) {
		throw new UserError({
			field: "--context",
			value: context,
			wrong: `there is no context "${context}"`,
			remedy: `choose one of ${known.join(", ") || "none"}`,
		});
	}
	config.setCurrentContext(context);
}

function nothingFound(): UserError {
	return new UserError({
		field: "--kubeconfig",
		value: undefined,
		wrong: "no cluster is known here",
		remedy: "start the local site with npm run up, set KUBECONFIG, or name a kubeconfig",
	});
}

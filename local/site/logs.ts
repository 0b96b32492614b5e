/** The logs of a machine's daemons. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import { machineNamed } from "./layout.ts";
import { machineFolder } from "./paths.ts";
import { knownSite } from "./state.ts";

export interface LogOptions {
	/** Default: all of the machine's. */
	readonly daemon?: string;
	/** Goes on until interrupted. Default false. */
	readonly follow?: boolean;
	/** Lines from the end of each log. Default 100, with all daemons 20. */
	readonly lines?: number;
}

/** Prints to standard output; returns when all is printed, or when interrupted. */
export async function siteLogs(name: string, machine: string, options: LogOptions = {}): Promise<void> {
	const files = await logFiles(name, machine, options.daemon);
	const lines = options.lines ?? (options.daemon === undefined ? 20 : 100);
	const follow = options.follow ? ["--follow=name", "--retry"] : [];
	const child = spawn("tail", ["-n", String(lines), ...follow, "--", ...files], {
		stdio: ["ignore", "inherit", "inherit"],
	});
	await once(child, "close");
}

async function logFiles(name: string, machine: string, daemon: string | undefined): Promise<string[]> {
	const site = await knownSite(name);
	if (!site)
		throw new UserError({
			field: "site",
			value: name,
			wrong: `site ${name} has never been up`,
			remedy: "start it with `up`",
		});
	const { log } = machineFolder(site.state, machineNamed(site.layout, machine).name);
	const files = (await readdir(log).catch(() => [])).filter((file) => file.endsWith(".log")).sort();
	if (daemon === undefined) return files.map((file) => join(log, file));
	if (files.includes(`${daemon}.log`)) return [join(log, `${daemon}.log`)];
	throw new UserError({
		field: "daemon",
		value: daemon,
		remedy: `${machine} has ${files.map((file) => file.replace(/\.log$/, "")).join(", ")}`,
	});
}

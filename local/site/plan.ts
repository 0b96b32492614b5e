/** What runs on a machine, as data: control plane and zones say what, `machine.ts` starts it. */

/** A program that the machine's first process keeps running. */
export interface Daemon {
	readonly name: string;
	readonly command: readonly string[];
	readonly environment?: Readonly<Record<string, string>>;
	/** A command that must succeed before it is started. */
	readonly after?: readonly string[];
}

export interface MachinePlan {
	/** Files below {@link inside.config}: path and content. */
	readonly files: Readonly<Record<string, string>>;
	/** A shell script that runs before the daemons. */
	readonly prepare: string;
	readonly daemons: readonly Daemon[];
	/** Seconds that a stop gives the machine's processes to end by themselves. */
	readonly stopSeconds: number;
}

/** Where things are for a machine's processes. */
export const inside = {
	bin: "/opt/mysql-dr/bin",
	keys: "/opt/mysql-dr/keys",
	config: "/opt/mysql-dr/config",
	/** The file behind the zone's disk. */
	disk: "/opt/mysql-dr/disk",
	log: "/var/log/mysql-dr",
} as const;

/** `--name=value` for each; a value of undefined leaves the flag out. */
export function flags(values: Readonly<Record<string, string | number | boolean | undefined>>): string[] {
	return Object.entries(values)
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => `--${name}=${value}`);
}

/** The shell script that becomes the daemon. */
export function daemonScript({ command, environment, after }: Daemon): string {
	const variables = Object.entries(environment ?? {}).map(([name, value]) => `export ${name}=${quoted(value)}`);
	const wait = after ? [`until ${words(after)} >/dev/null 2>&1; do sleep 0.1; done`] : [];
	return ["#!/bin/sh", ...variables, ...wait, `exec ${words(command)}`, ""].join("\n");
}

function words(command: readonly string[]): string {
	return command.map(quoted).join(" ");
}

/** One word for a POSIX shell, whatever is in it. */
export function quoted(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

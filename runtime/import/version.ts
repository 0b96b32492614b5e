/** What a server calls itself. */

export interface ServerVersion {
	/** MySQL, or what is compatible enough with it: Percona Server. */
	readonly mysql: boolean;
	readonly major: number;
	readonly minor: number;
	readonly patch: number;
	readonly text: string;
}

/** @param text `@@version`: 8.0.36, 8.0.36-28, 10.11.6-MariaDB-1, ... */
export function parseVersion(text: string): ServerVersion {
	const [, major = "0", minor = "0", patch = "0"] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
	return { mysql: !/mariadb/i.test(text), major: Number(major), minor: Number(minor), patch: Number(patch), text };
}

/** By release series; the numbers within one are {@link ServerVersion.patch}. */
export function isOlder(one: ServerVersion, other: Pick<ServerVersion, "major" | "minor">): boolean {
	return one.major < other.major || (one.major === other.major && one.minor < other.minor);
}

/** SHOW MASTER STATUS and its like are gone since 8.4, where their successors came (in 8.2; MySQL manual, "What Is New in MySQL 8.4"). */
export function speaksOfSources(version: ServerVersion): boolean {
	return !isOlder(version, { major: 8, minor: 2 });
}

/** Columns that `SELECT *` does not show (MySQL 8.0 manual, "Invisible Columns": since 8.0.23). */
export function hasInvisibleColumns({ major, minor, patch }: ServerVersion): boolean {
	return major > 8 || (major === 8 && (minor > 0 || patch >= 23));
}

/** How the source is reached: by us, by mysqldump, and by the target's receiver. */
import { openForeignSession, type Session } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";

/**
 * - `required`: encrypted, whoever answers
 * - `verify-ca`: by a certificate of the given authority
 * - `off`: not encrypted; passwords still are, rows are not
 */
export type SourceTls = "required" | "verify-ca" | "off";

export interface SourceLink {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly tls: SourceTls;
	/** PEM text; with `verify-ca`. */
	readonly ca: string | null;
}

/** Milliseconds. */
const connectMs = 10_000;

/** @throws the driver's error when it cannot be reached, or as it is told to be */
export function openSource({ host, port, user, password, tls, ca }: SourceLink): Promise<Session> {
	const encrypted = { minVersion: "TLSv1.2", rejectUnauthorized: tls === "verify-ca", ...(ca === null ? {} : { ca }) };
	const target = { name: "the source", address: host, port, identity: host };
	return openForeignSession(target, { user, password, ssl: tls === "off" ? null : encrypted }, connectMs);
}

/** An option file for MySQL's programs. @param caFile where `ca` lies for them */
export function sourceOptionFile(link: SourceLink, caFile: string): string {
	const modes = { required: "REQUIRED", "verify-ca": "VERIFY_CA", off: "DISABLED" } as const;
	return optionFile({
		host: link.host,
		port: String(link.port),
		user: link.user,
		password: link.password,
		"ssl-mode": modes[link.tls],
		...(link.tls === "verify-ca" ? { "ssl-ca": caFile } : {}),
		...(link.tls === "off" ? { "get-server-public-key": "ON" } : {}),
	});
}

/** Quoted, as a password may hold what else has a meaning there. */
export function optionFile(options: Readonly<Record<string, string>>): string {
	const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
	const lines = Object.entries(options).map(([name, value]) => `${name}=${quoted(value)}`);
	return `[client]\n${lines.join("\n")}\n`;
}

/** For CHANGE REPLICATION SOURCE. @param caFile as the target's mysqld sees it */
export function sourceOptions({ host, port, tls }: SourceLink, caFile: string): readonly string[] {
	const encrypted = {
		required: ["SOURCE_SSL = 1"],
		"verify-ca": ["SOURCE_SSL = 1", `SOURCE_SSL_CA = ${sqlString(caFile)}`],
		off: ["SOURCE_SSL = 0", "GET_SOURCE_PUBLIC_KEY = 1"],
	} as const;
	return [`SOURCE_HOST = ${sqlString(host)}`, `SOURCE_PORT = ${port}`, ...encrypted[tls]];
}

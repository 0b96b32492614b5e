/** What else must be known before an import: what the two servers offer, and what the account on the source may do. */
import type { Row, Session } from "../mysql/session.ts";

/** What the source tells besides its inventory. */
export interface SourceFacts {
	/** Global privileges of the account that reads it, static and dynamic, in capitals; "ALL PRIVILEGES" stands for the static ones. */
	readonly privileges: readonly string[];
	/** Tables that lie outside of the data directory or in a shared tablespace: `schema.table`. */
	readonly elsewhere: readonly string[];
	/** Accounts that are connected without TLS now. */
	readonly unencrypted: readonly string[];
	readonly reserved: readonly string[];
	readonly timeZones: number;
	/** Statements that run for more than ten seconds: the load's first lock waits for them. */
	readonly longStatements: readonly string[];
}

/** What the target offers. */
export interface TargetFacts {
	readonly authentication: readonly string[];
	readonly collations: readonly string[];
	readonly reserved: readonly string[];
	readonly disabledEngines: readonly string[];
	readonly timeZones: number;
	/** server_id of the members. */
	readonly serverIds: readonly number[];
	/** Free bytes of the primary's volume; null where that is not known. */
	readonly freeBytes: number | null;
}

const deadlineMs = 60_000;

const timeZonesSql = "SELECT COUNT(*) AS n FROM mysql.time_zone_name";

const elsewhereSql = `SELECT REPLACE(NAME, '/', '.') AS name FROM information_schema.INNODB_TABLES
WHERE SPACE_TYPE = 'General' AND NAME NOT LIKE 'mysql/%' AND NAME NOT LIKE 'sys/%'
UNION ALL SELECT REPLACE(t.NAME, '/', '.') FROM information_schema.INNODB_DATAFILES d
JOIN information_schema.INNODB_TABLES t ON t.SPACE = d.SPACE
WHERE d.PATH LIKE '/%' AND t.SPACE_TYPE = 'Single' AND t.NAME NOT LIKE 'mysql/%' ORDER BY 1`;

const unencryptedSql = `SELECT DISTINCT CONCAT(PROCESSLIST_USER, '@', PROCESSLIST_HOST) AS name
FROM performance_schema.threads WHERE TYPE = 'FOREGROUND' AND CONNECTION_TYPE = 'TCP/IP'
AND PROCESSLIST_USER IS NOT NULL ORDER BY 1`;

const longSql = `SELECT CONCAT(ID, ' (', USER, ', ', TIME, ' s)') AS name FROM information_schema.PROCESSLIST
WHERE COMMAND = 'Query' AND TIME > 10 ORDER BY TIME DESC LIMIT 20`;

export async function sourceFacts(session: Session): Promise<SourceFacts> {
	const names = async (sql: string) => column(await rowsOf(session, sql), "name");
	return {
		privileges: globalPrivileges(firstColumn(await rowsOf(session, "SHOW GRANTS"))),
		elsewhere: await names(elsewhereSql),
		unencrypted: await names(unencryptedSql),
		reserved: await reservedWords(session),
		timeZones: Number((await rowsOf(session, timeZonesSql))[0]?.n ?? 0),
		longStatements: await names(longSql),
	};
}

/** @param given what only the operator's side can tell */
export async function targetFacts(
	session: Session,
	given: Pick<TargetFacts, "serverIds" | "freeBytes">,
): Promise<TargetFacts> {
	const plugins = `SELECT PLUGIN_NAME AS name FROM information_schema.PLUGINS
WHERE PLUGIN_TYPE = 'AUTHENTICATION' AND PLUGIN_STATUS = 'ACTIVE'`;
	const [disabled] = await rowsOf(session, "SELECT @@GLOBAL.disabled_storage_engines AS engines");
	return {
		...given,
		authentication: column(await rowsOf(session, plugins), "name"),
		collations: column(
			await rowsOf(session, "SELECT COLLATION_NAME AS name FROM information_schema.COLLATIONS"),
			"name",
		),
		reserved: await reservedWords(session),
		disabledEngines: String(disabled?.engines ?? "").split(","),
		timeZones: Number((await rowsOf(session, timeZonesSql))[0]?.n ?? 0),
	};
}

/** SHOW GRANTS and SHOW CREATE USER have one column, named after the account. */
export function firstColumn(rows: readonly Row[]): readonly string[] {
	return rows.map((row) => String(Object.values(row)[0] ?? ""));
}

/** What is granted `ON *.*`. */
export function globalPrivileges(grants: readonly string[]): readonly string[] {
	return grants.flatMap((line) => {
		const [, list] = /^GRANT (.+) ON \*\.\* TO /i.exec(line) ?? [];
		return list === undefined ? [] : list.split(",").map((privilege) => privilege.trim().toUpperCase());
	});
}

/** 8.0.12 answers only where a schema is the session's own. */
async function reservedWords(session: Session): Promise<readonly string[]> {
	const sql = "USE information_schema; SELECT WORD AS word FROM KEYWORDS WHERE RESERVED = 1";
	return column((await session.run(sql, deadlineMs))[1] ?? [], "word");
}

async function rowsOf(session: Session, sql: string): Promise<readonly Row[]> {
	return (await session.run(sql, deadlineMs))[0] ?? [];
}

function column(rows: readonly Row[], name: string): readonly string[] {
	return rows.map((row) => String(row[name] ?? ""));
}

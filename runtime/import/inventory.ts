/** What a server holds and how it is set, as far as an import depends on it. The same questions go to source and target. */
import type { Row, Session } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";

export interface Table {
	readonly schema: string;
	readonly name: string;
	readonly engine: string;
	readonly partitioned: boolean;
	/** As the server estimates them. */
	readonly dataBytes: number;
	readonly indexBytes: number;
	readonly collation: string;
	readonly options: string;
	readonly hasPrimaryKey: boolean;
	/** The column that counts up by itself, if there is one. */
	readonly autoIncrement: string | null;
}

/** A view, routine, trigger or event. */
export interface Program {
	readonly schema: string;
	readonly name: string;
	readonly kind: "view" | "procedure" | "function" | "trigger" | "event";
	/** `user@host` */
	readonly definer: string;
}

export interface Account {
	readonly user: string;
	readonly host: string;
	readonly plugin: string;
	readonly locked: boolean;
}

export interface Schema {
	readonly name: string;
	readonly charset: string;
	readonly collation: string;
}

export interface Inventory {
	/** Global variables, by name in lower case. */
	readonly variables: ReadonlyMap<string, string>;
	readonly schemas: readonly Schema[];
	readonly tables: readonly Table[];
	readonly programs: readonly Program[];
	/** Foreign keys to another schema: `schema.table (constraint)` and the schema that is meant. */
	readonly foreignKeys: readonly { readonly name: string; readonly referenced: string }[];
	/** Collations of columns. */
	readonly collations: readonly string[];
	/** Column names, each once. */
	readonly columnNames: readonly string[];
	readonly accounts: readonly Account[];
}

/** Schemas of the server itself, and our own. */
const notTheUsers = ["mysql", "information_schema", "performance_schema", "sys", "mysql_dr", "mysql_dr_drill"];

/** Accounts of the server itself. */
export const serverAccounts = ["mysql.sys", "mysql.session", "mysql.infoschema"];

const variableNames = [
	"version",
	"version_comment",
	"server_id",
	"server_uuid",
	"log_bin",
	"binlog_format",
	"binlog_row_image",
	"binlog_expire_logs_seconds",
	"gtid_mode",
	"lower_case_table_names",
	"sql_mode",
	"time_zone",
	"system_time_zone",
	"event_scheduler",
	"read_only",
	"super_read_only",
];

/** Seconds are enough for a server of thousands of tables. */
const deadlineMs = 120_000;

/**
 * @param schemas which; null: all that are the user's
 * @throws the server's error, where the account may not read what must be known
 */
export async function takeInventory(session: Session, schemas: readonly string[] | null): Promise<Inventory> {
	const ask = async (sql: string) => (await session.run(sql, deadlineMs))[0] ?? [];
	const among = (column: string) =>
		schemas === null
			? `${column} NOT IN (${notTheUsers.map(sqlString).join(", ")})`
			: `${column} IN (${schemas.map(sqlString).join(", ") || "''"})`;
	const variables = await ask(
		`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${variableNames.map(sqlString).join(", ")})`,
	);
	return {
		variables: new Map(variables.map((row) => [text(row.Variable_name).toLowerCase(), text(row.Value)])),
		schemas: (await ask(schemasSql(among))).map((row) => ({
			name: text(row.name),
			charset: text(row.charset),
			collation: text(row.collation),
		})),
		tables: (await ask(tablesSql(among))).map(table),
		programs: (await ask(programsSql(among))).map(program),
		foreignKeys: (await ask(foreignKeysSql(among))).map((row) => ({
			name: text(row.name),
			referenced: text(row.referenced),
		})),
		collations: (await ask(collationsSql(among))).map((row) => text(row.name)),
		columnNames: (await ask(columnNamesSql(among))).map((row) => text(row.name)),
		accounts: (await ask(accountsSql)).map((row) => ({
			user: text(row.user),
			host: text(row.host),
			plugin: text(row.plugin),
			locked: row.locked === "Y",
		})),
	};
}

type Among = (column: string) => string;

const schemasSql = (among: Among) => `SELECT SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME AS charset,
 DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA WHERE ${among("SCHEMA_NAME")} ORDER BY 1`;

/** A generated invisible primary key is in the tables although a session may not be shown it. */
const tablesSql = (among: Among) => `SELECT t.TABLE_SCHEMA AS \`schema\`, t.TABLE_NAME AS name, t.ENGINE AS engine,
 t.DATA_LENGTH AS dataBytes, t.INDEX_LENGTH AS indexBytes, t.TABLE_COLLATION AS collation,
 t.CREATE_OPTIONS AS options,
 EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS k WHERE k.TABLE_SCHEMA = t.TABLE_SCHEMA
  AND k.TABLE_NAME = t.TABLE_NAME AND k.CONSTRAINT_TYPE = 'PRIMARY KEY') AS hasPrimaryKey,
 (SELECT MIN(c.COLUMN_NAME) FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA
  AND c.TABLE_NAME = t.TABLE_NAME AND c.EXTRA LIKE '%auto_increment%') AS autoIncrement
FROM information_schema.TABLES t WHERE t.TABLE_TYPE = 'BASE TABLE' AND ${among("t.TABLE_SCHEMA")} ORDER BY 1, 2`;

const programsSql = (among: Among) => `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name, 'view' AS kind,
 DEFINER AS definer FROM information_schema.VIEWS WHERE ${among("TABLE_SCHEMA")}
UNION ALL SELECT ROUTINE_SCHEMA, ROUTINE_NAME, LOWER(ROUTINE_TYPE), DEFINER FROM information_schema.ROUTINES
 WHERE ${among("ROUTINE_SCHEMA")}
UNION ALL SELECT TRIGGER_SCHEMA, TRIGGER_NAME, 'trigger', DEFINER FROM information_schema.TRIGGERS
 WHERE ${among("TRIGGER_SCHEMA")}
UNION ALL SELECT EVENT_SCHEMA, EVENT_NAME, 'event', DEFINER FROM information_schema.EVENTS
 WHERE ${among("EVENT_SCHEMA")} ORDER BY 1, 3, 2`;

const foreignKeysSql = (among: Among) => `SELECT
 CONCAT(CONSTRAINT_SCHEMA, '.', TABLE_NAME, ' (', CONSTRAINT_NAME, ')') AS name,
 UNIQUE_CONSTRAINT_SCHEMA AS referenced FROM information_schema.REFERENTIAL_CONSTRAINTS
WHERE ${among("CONSTRAINT_SCHEMA")} AND UNIQUE_CONSTRAINT_SCHEMA <> CONSTRAINT_SCHEMA ORDER BY 1`;

const collationsSql = (among: Among) => `SELECT DISTINCT COLLATION_NAME AS name FROM information_schema.COLUMNS
WHERE COLLATION_NAME IS NOT NULL AND ${among("TABLE_SCHEMA")} ORDER BY 1`;

const columnNamesSql = (among: Among) => `SELECT DISTINCT COLUMN_NAME AS name FROM information_schema.COLUMNS
WHERE ${among("TABLE_SCHEMA")} ORDER BY 1`;

const accountsSql = `SELECT user, host, plugin, account_locked AS locked FROM mysql.user
WHERE user NOT IN (${serverAccounts.map(sqlString).join(", ")}) ORDER BY 1, 2`;

function table(row: Row): Table {
	return {
		schema: text(row.schema),
		name: text(row.name),
		engine: text(row.engine),
		partitioned: /partitioned/i.test(text(row.options)),
		dataBytes: Number(row.dataBytes ?? 0),
		indexBytes: Number(row.indexBytes ?? 0),
		collation: text(row.collation),
		options: text(row.options),
		hasPrimaryKey: Number(row.hasPrimaryKey) === 1,
		autoIncrement: row.autoIncrement === null || row.autoIncrement === undefined ? null : text(row.autoIncrement),
	};
}

function program(row: Row): Program {
	return {
		schema: text(row.schema),
		name: text(row.name),
		kind: text(row.kind) as Program["kind"],
		definer: text(row.definer),
	};
}

/** `user@host`, as DEFINER columns write it. */
export const accountName = ({ user, host }: Pick<Account, "user" | "host">): string => `${user}@${host}`;

/** What the schemas hold, as the server estimates it. */
export function totalBytes({ tables }: Pick<Inventory, "tables">): { data: number; indexes: number } {
	const sum = (of: (one: Table) => number) => tables.reduce((total, one) => total + of(one), 0);
	return { data: sum((one) => one.dataBytes), indexes: sum((one) => one.indexBytes) };
}

function text(value: unknown): string {
	return value === null || value === undefined ? "" : String(value);
}

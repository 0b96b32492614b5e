/** What the schemas consist of besides their rows, as comparable lines. */
import type { Row, Session } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";
import type { TableShape } from "./digest.ts";

export interface Shape {
	readonly tables: readonly TableShape[];
	/** One a column, index part, view, routine, trigger and event. */
	readonly lines: readonly string[];
}

/** Milliseconds. */
const deadlineMs = 60_000;

export async function readShape(session: Session, schemas: readonly string[]): Promise<Shape> {
	const among = (column: string) => `${column} IN (${schemas.map(sqlString).join(", ")})`;
	const ask = async (sql: string) => (await session.run(sql, deadlineMs))[0] ?? [];
	const columns = await ask(`SELECT c.TABLE_SCHEMA AS \`schema\`, c.TABLE_NAME AS name, c.COLUMN_NAME AS \`column\`,
 c.COLUMN_TYPE AS type, c.IS_NULLABLE AS nullable, COALESCE(c.COLLATION_NAME, '') AS collation, c.EXTRA AS extra,
 c.COLUMN_KEY AS keyed FROM information_schema.COLUMNS c
JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
WHERE t.TABLE_TYPE = 'BASE TABLE' AND ${among("c.TABLE_SCHEMA")} ORDER BY 1, 2, c.ORDINAL_POSITION`);
	const indexes =
		await ask(`SELECT CONCAT('index ', TABLE_SCHEMA, '.', TABLE_NAME, '.', INDEX_NAME, ' ', SEQ_IN_INDEX, ': ',
 COALESCE(COLUMN_NAME, 'an expression'), IF(NON_UNIQUE, '', ' unique')) AS line
FROM information_schema.STATISTICS WHERE ${among("TABLE_SCHEMA")}`);
	const programs = await ask(programsSql(among));
	return {
		tables: tables(columns, await keys(session, among)),
		lines: [...columns.map(columnLine), ...[...indexes, ...programs].map(({ line }) => String(line))].sort(),
	};
}

const programsSql = (
	among: (column: string) => string,
) => `SELECT CONCAT('view ', TABLE_SCHEMA, '.', TABLE_NAME) AS line
FROM information_schema.VIEWS WHERE ${among("TABLE_SCHEMA")}
UNION ALL SELECT CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_SCHEMA, '.', ROUTINE_NAME)
FROM information_schema.ROUTINES WHERE ${among("ROUTINE_SCHEMA")}
UNION ALL SELECT CONCAT('trigger ', TRIGGER_SCHEMA, '.', TRIGGER_NAME)
FROM information_schema.TRIGGERS WHERE ${among("TRIGGER_SCHEMA")}
UNION ALL SELECT CONCAT('event ', EVENT_SCHEMA, '.', EVENT_NAME)
FROM information_schema.EVENTS WHERE ${among("EVENT_SCHEMA")}`;

/** First columns of primary keys that hold whole numbers, by table. */
async function keys(session: Session, among: (column: string) => string): Promise<ReadonlyMap<string, string>> {
	const [rows = []] = await session.run(
		`SELECT CONCAT(s.TABLE_SCHEMA, '.', s.TABLE_NAME) AS name, s.COLUMN_NAME AS \`column\`
FROM information_schema.STATISTICS s JOIN information_schema.COLUMNS c USING (TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME)
WHERE s.INDEX_NAME = 'PRIMARY' AND s.SEQ_IN_INDEX = 1
AND c.DATA_TYPE IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint') AND ${among("s.TABLE_SCHEMA")}`,
		deadlineMs,
	);
	return new Map(rows.map((row) => [String(row.name), String(row.column)]));
}

function tables(columns: readonly Row[], keyed: ReadonlyMap<string, string>): readonly TableShape[] {
	const found = new Map<string, { schema: string; name: string; columns: string[] }>();
	for (const row of columns) {
		if (/virtual generated/i.test(String(row.extra))) continue;
		const full = `${row.schema}.${row.name}`;
		const table = found.get(full) ?? { schema: String(row.schema), name: String(row.name), columns: [] };
		table.columns.push(String(row.column));
		found.set(full, table);
	}
	return [...found].map(([full, table]) => ({ ...table, key: keyed.get(full) ?? null }));
}

/** Versions differ in whether they print the width of a whole number, which means nothing. */
function columnLine({ schema, name, column, type, nullable, collation }: Row): string {
	const plain = String(type).replace(/^((?:tiny|small|medium|big)?int)\(\d+\)/, "$1");
	return `column ${schema}.${name}.${column}: ${plain}${nullable === "YES" ? " null" : ""} ${collation}`.trimEnd();
}

/** What one has and the other has not. Pure. */
export function differentLines(source: readonly string[], target: readonly string[]): readonly string[] {
	const [there, here] = [new Set(target), new Set(source)];
	return [
		...source.filter((line) => !there.has(line)).map((line) => `missing on the target: ${line}`),
		...target.filter((line) => !here.has(line)).map((line) => `only on the target: ${line}`),
	];
}

/**
 * What a table holds, as a few figures that do not depend on the order of its rows nor on how they lie in pages (CHECKSUM
 * TABLE does, MySQL manual, "CHECKSUM TABLE Statement").
 */
import type { Row, Session } from "../mysql/session.ts";
import { sqlName, sqlString } from "../mysql/sqlText.ts";

export interface TableSum {
	/** `db.table` */
	readonly name: string;
	readonly rows: number;
	/** Of all rows' CRC-32: their sum, and their exclusive or. */
	readonly sum: string;
	readonly xor: string;
}

/** For the server's own, and for what probes write. */
const notData = ["information_schema", "mysql", "performance_schema", "sys"];

/** For one table; the largest take longest. Milliseconds. */
const tableMs = 6 * 3_600_000;
const listMs = 600_000;

/** @param onTable how many are done, of how many */
export async function tableSums(
	session: Session,
	onTable: (done: number, of: number) => void = () => {},
): Promise<readonly TableSum[]> {
	const tables = await columnsByTable(session);
	const sums: TableSum[] = [];
	for (const [name, columns] of tables) {
		sums.push(await sumOf(session, name, columns));
		onTable(sums.length, tables.size);
	}
	return sums;
}

/** Stored columns alone: the others follow from them. */
async function columnsByTable(session: Session): Promise<ReadonlyMap<string, readonly Row[]>> {
	const [rows = []] = await session.run(
		`SELECT c.TABLE_SCHEMA AS s, c.TABLE_NAME AS t, c.COLUMN_NAME AS c, c.DATA_TYPE AS type
 FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
 WHERE t.TABLE_TYPE = 'BASE TABLE' AND c.GENERATION_EXPRESSION = ''
 AND c.TABLE_SCHEMA NOT IN (${notData.map(sqlString).join(", ")})
 ORDER BY s, t, c.ORDINAL_POSITION`,
		listMs,
	);
	const tables = new Map<string, Row[]>();
	for (const row of rows) {
		const name = `${sqlName(String(row.s))}.${sqlName(String(row.t))}`;
		tables.set(name, [...(tables.get(name) ?? []), row]);
	}
	return tables;
}

async function sumOf(session: Session, quoted: string, columns: readonly Row[]): Promise<TableSum> {
	const crc = `CRC32(CONCAT_WS(',', ${columns.map(comparable).join(", ")}))`;
	const sql = `SELECT COUNT(*) AS n, COALESCE(SUM(${crc}), 0) AS total, BIT_XOR(${crc}) AS mixed FROM ${quoted}`;
	const [[row] = []] = await session.run(sql, tableMs);
	const name = columns[0] === undefined ? quoted : `${columns[0].s}.${columns[0].t}`;
	return { name, rows: Number(row?.n), sum: String(row?.total), xor: String(row?.mixed) };
}

/** Bytes, whatever the character set; NULL is told from an empty text. */
function comparable({ c, type }: Row): string {
	const name = sqlName(String(c));
	const text = type === "json" ? `CAST(${name} AS CHAR CHARACTER SET utf8mb4)` : name;
	return `ISNULL(${name}), IFNULL(CAST(${text} AS BINARY), '')`;
}

export interface Difference {
	readonly table: string;
	readonly why: string;
}

/** Pure. @returns the tables that are not the same, by name */
export function differences(copy: readonly TableSum[], original: readonly TableSum[]): readonly Difference[] {
	const [inCopy, inOriginal] = [byName(copy), byName(original)];
	const names = [...new Set([...inCopy.keys(), ...inOriginal.keys()])].sort();
	return names.flatMap((table) => {
		const why = difference(inCopy.get(table), inOriginal.get(table));
		return why === null ? [] : [{ table, why }];
	});
}

const byName = (sums: readonly TableSum[]) => new Map(sums.map((sum) => [sum.name, sum]));

function difference(copy: TableSum | undefined, original: TableSum | undefined): string | null {
	if (copy === undefined) return "the restored copy lacks it";
	if (original === undefined) return "the database does not have it";
	if (copy.rows !== original.rows) return `the restored copy has ${copy.rows} rows, the database ${original.rows}`;
	return copy.sum === original.sum && copy.xor === original.xor ? null : "the same number of rows, other contents";
}

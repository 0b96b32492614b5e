/** The checks of a copy while its mysqld runs. */
import { DamagedCopyError } from "../exit.ts";
import type { Row, Session } from "../mysql/session.ts";
import { sqlName } from "../mysql/sqlText.ts";
import { steps, type Tell } from "./progress.ts";

export interface TableName {
	readonly schema: string;
	readonly table: string;
}

/** For one table; the largest take longest. Milliseconds. */
const tableMs = 6 * 3_600_000;
const listMs = 600_000;

const full = ({ schema, table }: TableName) => `${sqlName(schema)}.${sqlName(table)}`;

/** Every table that holds data, the server's own too: the grant tables are what a restored copy is opened with. */
export async function baseTables(session: Session): Promise<TableName[]> {
	const [rows = []] = await session.run(
		`SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t FROM information_schema.TABLES
		 WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE = 'InnoDB' ORDER BY s, t`,
		listMs,
	);
	return rows.map(({ s, t }) => ({ schema: String(s), table: String(t) }));
}

/** Opens each table and reads a row: its definition, its tablespace and the way from the root of its index fit together. */
export async function openTables(session: Session, tables: readonly TableName[], tell: Tell): Promise<void> {
	for (const [done, name] of tables.entries()) {
		tell({ step: steps.tables, done, total: tables.length, unit: "tables" });
		try {
			await session.run(`SELECT * FROM ${full(name)} LIMIT 1`, tableMs);
		} catch (error) {
			throw broken(name, error instanceof Error ? error.message : String(error));
		}
	}
	tell({ step: steps.tables, done: tables.length, total: tables.length, unit: "tables" });
}

/**
 * CHECK TABLE … QUICK: reads every index, and not that the rows of secondary indexes have the right links (MySQL manual,
 * "CHECK TABLE Statement"): a page that is torn or wrong makes it, or the server, fail.
 */
export async function checkTables(session: Session, tables: readonly TableName[], tell: Tell): Promise<void> {
	for (const [done, name] of tables.entries()) {
		tell({ step: steps.tables, done, total: tables.length, unit: "tables" });
		const [rows = []] = await session.run(`CHECK TABLE ${full(name)} QUICK`, tableMs);
		const wrong = rows.find(isWrong);
		if (wrong !== undefined) throw broken(name, String(wrong.Msg_text));
	}
	tell({ step: steps.tables, done: tables.length, total: tables.length, unit: "tables" });
}

const isWrong = ({ Msg_type, Msg_text }: Row) =>
	Msg_type === "error" || Msg_type === "warning" || (Msg_type === "status" && Msg_text !== "OK");

const broken = (name: TableName, wrong: string) =>
	new DamagedCopyError(`the copy's table ${full(name)} is broken: ${wrong}`);

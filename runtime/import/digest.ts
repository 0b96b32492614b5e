/** A table as one number and one count, whatever the order of its rows: as SQL and as its answer. Pure. */
import type { Row } from "../mysql/session.ts";
import { sqlName } from "../mysql/sqlText.ts";

export interface TableShape {
	readonly schema: string;
	readonly name: string;
	/** All but virtual ones, in order. */
	readonly columns: readonly string[];
	/** First column of the primary key where it holds whole numbers; by it a large table is read in pieces. */
	readonly key: string | null;
}

export interface Digest {
	readonly rows: number;
	/** Hexadecimal; empty where only the rows were counted. */
	readonly sum: string;
}

/** From `low` up to but without `high`. */
export interface Range {
	readonly low: bigint;
	readonly high: bigint;
}

/** Both servers must print values alike. */
export const digestSettings = "SET SESSION time_zone = '+00:00', sql_mode = '', group_concat_max_len = 1048576";

/**
 * Each row as text, null told from empty, by SHA-256 (MD5 and SHA1 have left the server), 64 bits of which are
 * combined by exclusive or.
 */
export function digestSql({ schema, name, columns, key }: TableShape, range: Range | null): string {
	const values = columns.map((column) => `COALESCE(CAST(${sqlName(column)} AS BINARY), '')`);
	const nulls = columns.map((column) => `ISNULL(${sqlName(column)})`);
	const row = `SHA2(CONCAT_WS('#', ${values.join(", ")}, CONCAT(${nulls.join(", ")})), 256)`;
	const where = range === null || key === null ? "" : ` WHERE ${within(sqlName(key), range)}`;
	return `SELECT COUNT(*) AS n, LOWER(HEX(BIT_XOR(CAST(CONV(LEFT(${row}, 16), 16, 10) AS UNSIGNED)))) AS sum
FROM ${sqlName(schema)}.${sqlName(name)}${where}`;
}

const within = (key: string, { low, high }: Range) => `${key} >= ${low} AND ${key} < ${high}`;

export function parseDigest(row: Row | undefined): Digest {
	return { rows: Number(row?.n ?? 0), sum: String(row?.sum ?? "") };
}

/** Pieces of about the same width that cover everything from `low` to `high`, both included, once. */
export function ranges(low: bigint, high: bigint, pieces: number): readonly Range[] {
	const width = high - low + 1n;
	const count = BigInt(Math.max(1, Math.floor(pieces)));
	const step = width / count + (width % count === 0n ? 0n : 1n);
	const found: Range[] = [];
	for (let at = low; at <= high; at += step) {
		found.push({ low: at, high: at + step > high ? high + 1n : at + step });
	}
	return found;
}

/** Whether two servers hold the same: schemas line by line, tables by count and checksum. Both must stand still. */
import type { Session } from "../mysql/session.ts";
import { sqlName } from "../mysql/sqlText.ts";
import type { Ends } from "./context.ts";
import { type Digest, digestSettings, digestSql, parseDigest, type Range, ranges, type TableShape } from "./digest.ts";
import { differentLines, readShape } from "./shape.ts";

export interface CompareOptions {
	readonly schemas: readonly string[];
	/** Of tables with more data than this only the rows are counted. */
	readonly checksumBytes: number;
	/** Bytes of data of a table, as the source estimates them. */
	readonly sizes: ReadonlyMap<string, number>;
	readonly signal: AbortSignal;
	/** Milliseconds for each piece. */
	readonly deadlineMs: () => number;
}

export interface Comparison {
	readonly tables: number;
	readonly rows: number;
	/** Tables of which the rows were counted and not compared. */
	readonly countedOnly: readonly string[];
	/** Empty when they are the same. */
	readonly differences: readonly string[];
}

export async function compare(ends: Ends, options: CompareOptions): Promise<Comparison> {
	const both = [ends.source, ends.target] as const;
	await Promise.all(both.map((session) => session.run(digestSettings, options.deadlineMs())));
	const [source, target] = await Promise.all(both.map((session) => readShape(session, options.schemas)));
	if (source === undefined || target === undefined) throw new Error("two shapes were asked for");
	const differences = [...differentLines(source.lines, target.lines)];
	// Whose columns differ cannot be read by the same question.
	const sound = source.tables.filter((table) => differences.every((line) => !line.includes(`${full(table)}.`)));
	const countedOnly: string[] = [];
	let rows = 0;
	for (const table of sound) {
		options.signal.throwIfAborted();
		const counted = (options.sizes.get(full(table)) ?? 0) > options.checksumBytes;
		if (counted) countedOnly.push(full(table));
		const result = counted ? await compareCounts(both, table, options) : await compareRows(both, table, options);
		rows += result.rows;
		differences.push(...result.differences);
	}
	return { tables: source.tables.length, rows, countedOnly, differences };
}

const full = ({ schema, name }: TableShape) => `${schema}.${name}`;

type Both = readonly [Session, Session];
type Result = { readonly rows: number; readonly differences: readonly string[] };

async function compareCounts(both: Both, table: TableShape, options: CompareOptions): Promise<Result> {
	const sql = `SELECT COUNT(*) AS n, '' AS sum FROM ${sqlName(table.schema)}.${sqlName(table.name)}`;
	return judged(full(table), await ask(both, sql, options));
}

/** A piece of a table holds about as much, so that a difference is named closely and a deadline is near. */
const pieceBytes = 64 * 2 ** 20;

async function compareRows(both: Both, table: TableShape, options: CompareOptions): Promise<Result> {
	let rows = 0;
	const differences: string[] = [];
	for (const range of await pieces(both, table, options)) {
		options.signal.throwIfAborted();
		const name = range === null ? full(table) : `${full(table)} (${table.key} from ${range.low} to ${range.high - 1n})`;
		const result = judged(name, await ask(both, digestSql(table, range), options));
		rows += result.rows;
		differences.push(...result.differences);
	}
	return { rows, differences };
}

/** By the keys of both: what is beyond those of the source must not be missed. */
async function pieces(both: Both, table: TableShape, options: CompareOptions): Promise<readonly (Range | null)[]> {
	const count = Math.ceil((options.sizes.get(full(table)) ?? 0) / pieceBytes);
	if (table.key === null || count <= 1) return [null];
	const key = sqlName(table.key);
	const sql = `SELECT MIN(${key}) AS low, MAX(${key}) AS high FROM ${sqlName(table.schema)}.${sqlName(table.name)}`;
	const found = await Promise.all(both.map((session) => session.run(sql, options.deadlineMs())));
	const values = found
		.map((results) => results[0]?.[0])
		.flatMap((row) => [row?.low, row?.high])
		.filter((value) => value !== null && value !== undefined)
		.map((value) => BigInt(value as string | number))
		.sort((one, other) => (one < other ? -1 : 1));
	const [low, high] = [values[0], values.at(-1)];
	return low === undefined || high === undefined ? [null] : ranges(low, high, count);
}

async function ask(both: Both, sql: string, { deadlineMs }: CompareOptions): Promise<readonly [Digest, Digest]> {
	const [source, target] = await Promise.all(both.map((session) => session.run(sql, deadlineMs())));
	return [parseDigest(source?.[0]?.[0]), parseDigest(target?.[0]?.[0])];
}

function judged(name: string, [source, target]: readonly [Digest, Digest]): Result {
	if (source.rows !== target.rows) {
		return { rows: source.rows, differences: [`${name}: ${source.rows} rows, on the target ${target.rows}`] };
	}
	return { rows: source.rows, differences: source.sum === target.sum ? [] : [`${name}: rows differ`] };
}

/** Tables of a restored copy, brought into the running primary under a new name; nothing there is touched. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../objectives/error.ts";
import { type ClientLogin, clientOptions } from "../backup/clientOptions.ts";
import { FailedError } from "../exit.ts";
import type { Session } from "../mysql/session.ts";
import { sqlName, sqlString } from "../mysql/sqlText.ts";
import { type Only, restoredEnding } from "./onlyTables.ts";
import type { Report } from "./progress.ts";
import type { RestoredCopy } from "./restoredCopy.ts";

export interface LoadWork {
	/** Ours alone: the option file lies in it. */
	readonly folder: string;
	/** The primary, by an account that may write to the new name: `backup` to `*_restored`, `app` to its own schema. */
	readonly login: ClientLogin;
	/** A session of the same account. */
	readonly primary: Session;
	readonly report: Report;
	readonly signal?: AbortSignal | undefined;
}

export interface Loaded {
	/** `db.table`, by their new names. */
	readonly tables: readonly string[];
	readonly rows: number;
	readonly seconds: number;
}

const listMs = 60_000;

/** Rows alone: triggers, views, routines and events would act, or name what is elsewhere. */
const dumpOptions = [
	"--single-transaction",
	"--set-gtid-purged=OFF",
	"--skip-triggers",
	"--skip-add-drop-table",
	"--skip-add-locks",
	"--skip-disable-keys",
	"--hex-blob",
	"--no-tablespaces",
	"--default-character-set=utf8mb4",
];

/** Which account of ours loads it. */
export const loader = ({ as }: Only): "backup" | "app" => (as.schema.endsWith(restoredEnding) ? "backup" : "app");

/**
 * Before anything is restored: what is asked for would take a name that is there already.
 * @throws UserError
 */
export async function checkAbsent(only: Only, primary: Session): Promise<void> {
	const { schema, table } = only.as;
	const name = table ?? only.table;
	const which = name === null ? "" : ` AND TABLE_NAME = ${sqlString(name)}`;
	const sql = `SELECT TABLE_NAME AS t FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${sqlString(schema)}${which} LIMIT 1`;
	const [[found] = []] = await primary.run(sql, listMs);
	if (found === undefined) return;
	throw new UserError({
		field: "--as",
		value: schema,
		wrong: `${schema}.${found.t} is there already, and nothing is written over`,
		remedy: "name another one with --as, or drop it first",
	});
}

/**
 * @throws UserError where the copy has no such table
 * @throws FailedError when the primary does not take it: what was loaded so far stays under the new name, and is named
 */
export async function loadTables(copy: RestoredCopy, only: Only, work: LoadWork): Promise<Loaded> {
	const began = performance.now();
	const tables = await renamed(copy, only);
	work.report({ step: "loading into the primary", total: tables.length, unit: "tables" });
	const option = join(work.folder, "load.cnf");
	await writeFile(option, clientOptions(work.login), { mode: 0o600 });
	try {
		await work.primary.run(`CREATE DATABASE IF NOT EXISTS ${sqlName(only.as.schema)}`, listMs);
		await piped(copy, only, tables, option, work.signal);
	} finally {
		await rm(option, { force: true });
	}
	const names = tables.map((table) => `${only.as.schema}.${table}`);
	const rows = await verified(copy, only, tables, work.primary);
	return { tables: names, rows, seconds: (performance.now() - began) / 1000 };
}

/** In the copy, which is ours: a dump takes names as they are. @returns the tables */
async function renamed({ session }: RestoredCopy, { schema, table, as }: Only): Promise<string[]> {
	const which = table === null ? "" : ` AND TABLE_NAME = ${sqlString(table)}`;
	const [rows = []] = await session.run(
		`SELECT TABLE_NAME AS t FROM information_schema.TABLES
 WHERE TABLE_SCHEMA = ${sqlString(schema)} AND TABLE_TYPE = 'BASE TABLE'${which} ORDER BY t`,
		listMs,
	);
	const found = rows.map(({ t }) => String(t));
	if (found.length === 0) {
		const value = table === null ? schema : `${schema}.${table}`;
		const wrong = `${value} was not there at that time`;
		throw new UserError({ field: "--only", value, wrong, remedy: "name another table, or another time with --to" });
	}
	if (table === null || as.table === null || as.table === table) return found;
	const [from, to] = [table, as.table].map((name) => `${sqlName(schema)}.${sqlName(name)}`);
	await session.run(`SET GLOBAL super_read_only = OFF; RENAME TABLE ${from} TO ${to}`, listMs);
	return [as.table];
}

async function piped(
	copy: RestoredCopy,
	{ schema, as }: Only,
	tables: readonly string[],
	option: string,
	signal?: AbortSignal,
): Promise<void> {
	const shared = {
		stdin: "ignore",
		reject: false,
		maxBuffer: 2 ** 20,
		...(signal ? { cancelSignal: signal } : {}),
	} as const;
	const dumping = execa(
		"mysqldump",
		[`--defaults-file=${copy.server.clientOptions}`, ...dumpOptions, schema, ...tables],
		{
			...shared,
			buffer: { stdout: false },
		},
	);
	const loading = dumping.pipe(
		"mysql",
		[`--defaults-file=${option}`, "--default-character-set=utf8mb4", as.schema],
		shared,
	);
	const [dumped, loaded] = await Promise.all([dumping, loading]);
	signal?.throwIfAborted();
	const failed = dumped.failed ? dumped : loaded;
	if (!failed.failed) return;
	const said = String(failed.stderr ?? failed).trim();
	throw new FailedError(`loading into ${as.schema}: ${said}; what was loaded so far is in ${as.schema}`);
}

/** Counted on both sides: a client that ends early says so, a wrong pipe would not. */
async function verified(
	{ session }: RestoredCopy,
	{ schema, as }: Only,
	tables: readonly string[],
	primary: Session,
): Promise<number> {
	let sum = 0;
	for (const table of tables) {
		const [had, has] = await Promise.all([countRows(session, schema, table), countRows(primary, as.schema, table)]);
		if (had !== has) throw new FailedError(`${as.schema}.${table} has ${has} rows, the restored copy has ${had}`);
		sum += has;
	}
	return sum;
}

const countMs = 6 * 3_600_000;

async function countRows(session: Session, schema: string, table: string): Promise<number> {
	const [[row] = []] = await session.run(`SELECT COUNT(*) AS n FROM ${sqlName(schema)}.${sqlName(table)}`, countMs);
	return Number(row?.n);
}

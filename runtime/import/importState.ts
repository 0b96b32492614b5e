/**
 * How far an import is: a row on the target itself, in the cluster's own schema. It is replicated and acknowledged like
 * the data that it speaks of, so a failover cannot part the two. It holds no secret.
 */
import { z } from "zod";
import type { Session } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";

const schema = z.object({
	startedAt: z.string(),
	/**
	 * - `loading`: parts of the data may be there
	 * - `following`: loaded, and replication brings what came after
	 * - `closing`: a cutover has begun, and may still be put back
	 * - `opening`: the target has it all, and is being opened: there is no way back
	 * - `done`
	 */
	phase: z.enum(["loading", "following", "closing", "opening", "done"]),
	/** `host:port` of the source. */
	from: z.string(),
	schemas: z.array(z.object({ name: z.string(), existed: z.boolean(), charset: z.string(), collation: z.string() })),
	/** Accounts that came along, as statements name them. */
	accounts: z.array(z.string()),
	/** Those of them that are not locked on the source. */
	unlock: z.array(z.string()),
	/** Estimated by the source. */
	totalBytes: z.number(),
	/** Bytes of SQL, and what they took. */
	loaded: z.object({ bytes: z.number(), seconds: z.number() }).nullable(),
	/** Where in the source's binary log the loaded state lies. */
	position: z.object({ file: z.string(), offset: z.number() }).nullable(),
	/** The source's transactions have GTIDs. */
	gtids: z.boolean(),
	/** What was loaded may be used without SUPER only while the target trusts whoever creates functions: its value before. */
	trusted: z.boolean(),
	/** A cutover made the source read-only. */
	sourceClosed: z.boolean(),
	/** Why the last attempt ended. */
	error: z.string().nullable(),
});

export type ImportState = z.infer<typeof schema>;

const table = "mysql_dr.import_state";
/** Milliseconds. */
const deadlineMs = 10_000;

/** To be run as root: the import's account does not make it. */
export const stateTableSql = `CREATE DATABASE IF NOT EXISTS mysql_dr;
CREATE TABLE IF NOT EXISTS ${table} (id TINYINT NOT NULL PRIMARY KEY, state LONGTEXT NOT NULL)`;

/** @returns null where no import was begun */
export async function readState(target: Session): Promise<ImportState | null> {
	const [[row] = []] = await target.run(`SELECT state FROM ${table} WHERE id = 1`, deadlineMs);
	return row === undefined ? null : schema.parse(JSON.parse(String(row.state)));
}

export async function writeState(target: Session, state: ImportState): Promise<ImportState> {
	const text = sqlString(JSON.stringify(state));
	await target.run(`REPLACE INTO ${table} (id, state) VALUES (1, ${text})`, deadlineMs);
	return state;
}

/** A transaction of the target's own, of no other meaning. */
export async function writeBeat(target: Session): Promise<void> {
	await target.run(`REPLACE INTO ${table} (id, state) VALUES (2, ${sqlString(new Date().toISOString())})`, deadlineMs);
}

export async function forgetState(target: Session): Promise<void> {
	await target.run(`DELETE FROM ${table} WHERE id IN (1, 2)`, deadlineMs);
}

/** One at a time: held by the session for as long as it lives, so that nothing is left by one that was killed. */
export async function takeTurn(target: Session): Promise<boolean> {
	const [[row] = []] = await target.run("SELECT GET_LOCK('mysql_dr_import', 0) AS taken", deadlineMs);
	return Number(row?.taken) === 1;
}

/** Whether somebody works on the import now. */
export async function turnIsTaken(target: Session): Promise<boolean> {
	const [[row] = []] = await target.run("SELECT IS_USED_LOCK('mysql_dr_import') AS holder", deadlineMs);
	return row?.holder !== null && row?.holder !== undefined;
}

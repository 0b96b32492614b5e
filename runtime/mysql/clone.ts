/** CLONE: replaces everything that an instance holds by a copy of another's. */
import type { Row, Session } from "./session.ts";
import { sqlString } from "./sqlText.ts";

export interface CloneSource {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	/** Path of the certificate authority as the recipient's mysqld sees it. */
	readonly caFile: string;
}

/** More than `rpl_stop_replica_timeout`, so that the server says itself why it takes long. Milliseconds. */
const stopMs = 10_000;

/**
 * To be stopped before its receiver, which goes on to bring the rest of the transaction that the applier is in: when the
 * relay log ends in the middle of one, the applier waits a minute for that rest (seen on 9.7.4, under load one time in
 * ten).
 */
export async function stopApplier(session: Session): Promise<void> {
	await session.run("STOP REPLICA SQL_THREAD", stopMs);
}

/**
 * The recipient's data is dropped first. At the end the server restarts itself; the statement then
 * reports a lost connection or error 3707, and both mean that the copy is complete
 * (MySQL manual, "Cloning Remote Data").
 *
 * @throws the server's error when the copy was not made.
 */
export async function cloneFrom(session: Session, source: CloneSource, deadlineMs: number): Promise<void> {
	await session.run("STOP REPLICA", stopMs);
	// CLONE is a write to super_read_only (error 1290, seen on 9.7.4); read_only still keeps clients out.
	await session.run("SET GLOBAL super_read_only = OFF", 10_000);
	await session.run(
		`SET GLOBAL clone_valid_donor_list = ${sqlString(`${source.host}:${source.port}`)};
SET GLOBAL clone_ssl_ca = ${sqlString(source.caFile)}`,
		10_000,
	);
	const statement = `CLONE INSTANCE FROM ${sqlString(source.user)}@${sqlString(source.host)}:${source.port} IDENTIFIED BY ${sqlString(source.password)} REQUIRE SSL`;
	try {
		await session.run(statement, deadlineMs);
	} catch (error) {
		if (!isRestart(error)) throw error;
	}
}

const restartErrors = new Set([
	"ER_RESTART_SERVER_FAILED",
	"PROTOCOL_CONNECTION_LOST",
	"ECONNRESET",
	"ER_SERVER_SHUTDOWN",
]);

function isRestart(error: unknown): boolean {
	const { code, errno } = error as { code?: string; errno?: number };
	return errno === 3707 || (code !== undefined && restartErrors.has(code));
}

/** Names of the binary logs, oldest first. */
export async function binaryLogs(session: Session, deadlineMs: number): Promise<string[]> {
	const [rows = []] = await session.run("SHOW BINARY LOGS", deadlineMs);
	return rows.map((row: Row) => String(row.Log_name));
}

/** A session over the socket of a mysqld on this machine: not encrypted, since it never leaves the machine. */
import mysql from "mysql2/promise";
import { type Session, withDeadline, wrap } from "./session.ts";

export interface SocketTarget {
	/** For messages. */
	readonly name: string;
	readonly path: string;
}

export interface SocketLogin {
	readonly user: string;
	readonly password: string;
}

/** @throws DeadlineError, or the driver's error, within `deadlineMs`. */
export async function openSocketSession(
	target: SocketTarget,
	login: SocketLogin,
	deadlineMs: number,
): Promise<Session> {
	const opening = mysql.createConnection({
		...login,
		socketPath: target.path,
		multipleStatements: true,
		connectTimeout: deadlineMs,
		supportBigNumbers: true,
		bigNumberStrings: true,
		dateStrings: true,
	});
	let late = false;
	opening.then(
		(connection) => late && connection.destroy(),
		() => {},
	);
	const connection = await withDeadline(opening, deadlineMs, `${target.name}: connecting`, () => {
		late = true;
	});
	return wrap(target, connection);
}

/** One connection to one instance. Every statement has a deadline; a session that missed one is gone. */
import { connect as connectTcp, type Socket } from "node:net";
import mysql, { type Connection, type RowDataPacket, type SslOptions } from "mysql2/promise";

/** Where an instance listens and whom it must prove to be. */
export interface Target {
	/** The pod's name, for messages. */
	readonly name: string;
	/** IP address or host name that is dialled. */
	readonly address: string;
	readonly port: number;
	/** The name that its certificate must carry. */
	readonly identity: string;
}

export interface Login {
	readonly user: string;
	readonly password: string;
	/** PEM text of the certificate authority. */
	readonly ca: string;
	/** What the session is for, as the server is told: `probe` where it only reads. */
	readonly purpose?: typeof probe;
}

export const probe = "probe";

/** Of the connection attributes (performance_schema.session_connect_attrs). */
export const purposeAttribute = "mysql_dr_purpose";

export type Row = Record<string, string | number | null>;

/** The statement did not answer in time: nothing is known about whether it took effect. */
export class DeadlineError extends Error {
	override readonly name = "DeadlineError";
}

export interface Session {
	/** Runs one statement (or several, separated by semicolons) and gives each one's rows. */
	run(sql: string, deadlineMs: number): Promise<readonly (readonly Row[])[]>;
	close(): void;
	readonly closed: boolean;
}

/** How a session comes about: `openSession`, or a model of it. */
export type Connect = (target: Target, login: Login, deadlineMs: number) => Promise<Session>;

/**
 * Opens a session. The name is verified against the certificate although an address is dialled:
 * during a failure DNS may be what failed.
 *
 * @throws DeadlineError, or the driver's error, within `deadlineMs`.
 */
export function openSession(target: Target, login: Login, deadlineMs: number): Promise<Session> {
	const ssl = { ca: login.ca, verifyIdentity: true, minVersion: "TLSv1.2" } as const;
	return openForeignSession(target, { ...login, ssl }, deadlineMs);
}

/** How one logs in to a server that is not one of ours. */
export interface ForeignLogin extends Omit<Login, "ca"> {
	/** Null: unencrypted. */
	readonly ssl: SslOptions | null;
}

/**
 * The same to a server that somebody else set up, encrypted as it allows.
 *
 * @throws DeadlineError, or the driver's error, within `deadlineMs`.
 */
export async function openForeignSession(target: Target, login: ForeignLogin, deadlineMs: number): Promise<Session> {
	let socket: Socket | undefined;
	const opening = mysql.createConnection({
		host: target.identity,
		user: login.user,
		password: login.password,
		...(login.ssl === null ? {} : { ssl: login.ssl }),
		...(login.purpose === undefined ? {} : { connectAttributes: { [purposeAttribute]: login.purpose } }),
		multipleStatements: true,
		connectTimeout: deadlineMs,
		supportBigNumbers: true,
		bigNumberStrings: true,
		dateStrings: true,
		// A stream of our own lets us dial the address while the driver checks the name.
		stream: () => {
			socket = connectTcp(target.port, target.address);
			socket.setNoDelay(true);
			return socket;
		},
	});
	// A login that comes after its deadline must not be left open.
	opening.then(
		(late) => socket?.destroyed && late.destroy(),
		() => socket?.destroy(),
	);
	const connection = await withDeadline(opening, deadlineMs, `${target.name}: connecting`, () => socket?.destroy());
	return wrap(target, connection);
}

/** A connection of the driver as a session. */
export function wrap(target: Pick<Target, "name">, connection: Connection): Session {
	let closed = false;
	const close = () => {
		closed = true;
		connection.destroy();
	};
	// Without a listener a lost connection would end the process.
	connection.on("error", close);
	connection.on("end", () => {
		closed = true;
	});
	return {
		get closed() {
			return closed;
		},
		close,
		async run(sql, deadlineMs) {
			const what = `${target.name}: ${firstWords(sql)}`;
			const answer = connection.query<RowDataPacket[] | RowDataPacket[][]>(sql).catch((error) => {
				// The driver tells only the statement that was under way, not the connection's listeners.
				if ((error as { fatal?: boolean }).fatal === true) close();
				throw withoutStatement(error, what);
			});
			const [rows] = await withDeadline(answer, deadlineMs, what, close);
			return resultSets(rows);
		},
	};
}

/** One statement gives its rows, or an object when it has none; several give an array of those. */
function resultSets(rows: unknown): readonly (readonly Row[])[] {
	if (!Array.isArray(rows)) return [[]];
	const several = rows.length > 0 && rows.every((r) => Array.isArray(r) || isHeader(r));
	return several ? rows.map((r) => (Array.isArray(r) ? (r as Row[]) : [])) : [rows as Row[]];
}

function isHeader(row: unknown): boolean {
	return typeof row === "object" && row !== null && row.constructor?.name === "ResultSetHeader";
}

/** The driver's error carries the whole statement, and a statement may carry a password: logs would show it. */
function withoutStatement(error: unknown, what: string): Error {
	const { message, code, errno, sqlState } = error as Error & { code?: string; errno?: number; sqlState?: string };
	return Object.assign(new Error(`${what}: ${message}`), { code, errno, sqlState });
}

/** Statements may carry a password further on: messages show only how they begin. */
function firstWords(sql: string): string {
	return sql.trim().split(/\s+/).slice(0, 3).join(" ");
}

/** Settles with `work`, or rejects with a DeadlineError after `ms` and calls `abandon`. */
export function withDeadline<T>(
	work: Promise<T>,
	ms: number,
	what: string,
	abandon: () => void = () => {},
): Promise<T> {
	return new Promise<T>((resolve, reject) => {
		const timer = setTimeout(() => {
			abandon();
			reject(new DeadlineError(`${what}: no answer within ${Math.round(ms)} ms`));
		}, ms);
		work.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}

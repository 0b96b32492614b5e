/** One client that writes all the time and comes back as soon as it can when it is thrown out. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../mysql/session.ts";
import type { Book } from "./book.ts";

export interface WriterOptions {
	/** Opens a session to the primary, wherever it is. */
	readonly open: () => Promise<Session>;
	readonly book: Book;
	/** The first id; the following are `step` apart, so that no two writers ever use the same. */
	readonly firstId: number;
	readonly step: number;
	readonly signal: AbortSignal;
	/** Rest between two writes: the resolution of what is measured, against load. Milliseconds. */
	readonly pauseMs: number;
}

/** Rest between two attempts to connect. */
const backoffMs = 20;
/** Without an answer after this the outcome of a write counts as unknown. */
const statementMs = 2_000;

export const ledgerTable = "mysql_dr_drill.ledger";

/** Writes until it is told to stop. A failed write is never tried again under the same id. */
export async function write(options: WriterOptions): Promise<void> {
	const { signal, firstId, step } = options;
	let id = firstId;
	const next = () => {
		id += step;
		return id - step;
	};
	while (!signal.aborted) {
		const session = await options.open().catch(() => null);
		if (session === null) {
			await rest(backoffMs, signal);
			continue;
		}
		await writeWhileOpen(session, next, options);
		session.close();
	}
}

async function writeWhileOpen(session: Session, next: () => number, options: WriterOptions): Promise<void> {
	const { book, signal, pauseMs } = options;
	const instance = await whoAnswers(session);
	while (instance !== null && !signal.aborted) {
		const id = next();
		try {
			await session.run(`INSERT INTO ${ledgerTable} (id) VALUES (${id})`, statementMs);
			book.acknowledge(id, instance);
		} catch (error) {
			if (certainlyRefused(error)) book.refuse();
			else book.unknown(id);
			return rest(backoffMs, signal);
		}
		await rest(pauseMs, signal);
	}
}

async function whoAnswers(session: Session): Promise<string | null> {
	try {
		const [rows] = await session.run("SELECT @@report_host AS host", statementMs);
		return String(rows?.[0]?.host ?? "").split(".")[0] || "?";
	} catch {
		return null;
	}
}

/**
 * Errors before the statement took any effect: a read-only server (1290, 1836), an offline one (3032), a missing table
 * (1146) or schema (1049), a denied privilege (1142). All others may come while a commit waits for its acknowledgement.
 */
export function certainlyRefused(error: unknown): boolean {
	const { errno } = error as { errno?: number };
	return errno !== undefined && [1049, 1142, 1146, 1290, 1836, 3032].includes(errno);
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
	await sleep(ms, undefined, { signal }).catch(() => {});
}

/** Reads every acknowledged write back. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../mysql/session.ts";
import type { Checked } from "./messages.ts";
import { ledgerTable } from "./writer.ts";

/** Ids read at once: bounded memory and a bounded deadline. */
const chunk = 20_000;
const statementMs = 30_000;

/** All ids that a server has. */
export async function storedIds(session: Session): Promise<Set<number>> {
	const stored = new Set<number>();
	for (let last = -1; ; ) {
		const sql = `SELECT id FROM ${ledgerTable} WHERE id > ${last} ORDER BY id LIMIT ${chunk}`;
		const [rows = []] = await session.run(sql, statementMs);
		for (const { id } of rows) stored.add(Number(id));
		if (rows.length < chunk) return stored;
		last = Number(rows.at(-1)?.id);
	}
}

/** The acknowledged writes that are not stored. Pure. */
export function missingFrom(acknowledged: readonly number[], stored: ReadonlySet<number>): number[] {
	return acknowledged.filter((id) => !stored.has(id));
}

/**
 * Looks at one instance until it has everything or the time is over: a replica applies a moment later.
 * @param limitMs how long it may take
 */
export async function checkInstance(
	name: string,
	open: () => Promise<Session>,
	acknowledged: readonly number[],
	limitMs: number,
): Promise<Checked> {
	const end = performance.now() + limitMs;
	let checked: Checked = { name, missing: null };
	do {
		try {
			const session = await open();
			try {
				checked = { name, missing: missingFrom(acknowledged, await storedIds(session)).length };
			} finally {
				session.close();
			}
		} catch (error) {
			checked = { name, missing: null, error: (error as Error).message };
		}
		if (checked.missing === 0) break;
		await sleep(250);
	} while (performance.now() < end);
	return checked;
}

/** Which binary logs an instance has, and which of them is the first that the archive needs. */
import { contains, type GtidSet, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import type { Session } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";

export interface BinaryLog {
	readonly name: string;
	readonly bytes: number;
}

/** Oldest first. */
export async function listBinaryLogs(session: Session, deadlineMs: number): Promise<BinaryLog[]> {
	const [rows = []] = await session.run("SHOW BINARY LOGS", deadlineMs);
	return rows.map((row) => ({ name: String(row.Log_name), bytes: Number(row.File_size) }));
}

/** What the files before this one hold: its second event. */
export async function previousGtids(session: Session, name: string, deadlineMs: number): Promise<GtidSet> {
	const [rows = []] = await session.run(`SHOW BINLOG EVENTS IN ${sqlString(name)} LIMIT 3`, deadlineMs);
	const event = rows.find(({ Event_type }) => Event_type === "Previous_gtids");
	if (event === undefined) throw new Error(`${name} does not say which transactions came before it`);
	return parseGtidSet(String(event.Info));
}

export interface Beginning {
	readonly file: string;
	/** What the files before it hold. */
	readonly previous: GtidSet;
	/** What is purged and was needed. */
	readonly missing: GtidSet;
}

/**
 * The newest file before which nothing lies that is wanted and not archived; the oldest where there is none.
 * @param previous asked from the newest on, for as many as it takes
 */
export async function beginningFor(
	logs: readonly BinaryLog[],
	previous: (name: string) => Promise<GtidSet>,
	{ wanted, position }: { readonly wanted: (set: GtidSet) => GtidSet; readonly position: GtidSet },
): Promise<Beginning> {
	let oldest: Beginning | null = null;
	for (const { name } of [...logs].reverse()) {
		const before = await previous(name);
		const missing = subtract(wanted(before), position);
		oldest = { file: name, previous: before, missing };
		if (contains(position, wanted(before))) return oldest;
	}
	if (oldest === null) throw new Error("it has no binary log");
	return oldest;
}

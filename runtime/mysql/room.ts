/**
 * How much room an instance has on its volume: told by its start script in user variables of a session of its own, which
 * performance_schema shows. No query of the server knows it, and nothing else reaches an instance than queries.
 */
import type { Session } from "./session.ts";

/** Bytes. */
export interface Room {
	/** Of the file system, which may be that of many volumes; what is kept for its administrator is not free. */
	readonly total: number;
	readonly free: number;
	/** Of all that lies on the volume. */
	readonly used: number;
}

/** The script's session, by which nobody else's variables of these names are taken for it. */
export const roomAccount = "monitor";
export const roomVariables = {
	total: "mysql_dr_room_total",
	free: "mysql_dr_room_free",
	used: "mysql_dr_room_used",
} as const;

const variable = (name: string) => `MAX(CASE WHEN v.VARIABLE_NAME = '${name}' THEN CAST(v.VARIABLE_VALUE AS CHAR) END)`;
const columns = Object.entries(roomVariables).map(([column, name]) => `${variable(name)} AS ${column}`);
const sql = `SELECT ${columns.join(", ")}
 FROM performance_schema.threads t JOIN performance_schema.user_variables_by_thread v USING (THREAD_ID)
 WHERE t.PROCESSLIST_USER = '${roomAccount}' AND t.PROCESSLIST_HOST = 'localhost'`;

/** Null where it does not say, as for a moment after its start. */
export async function readRoom(session: Session, deadlineMs: number): Promise<Room | null> {
	const [[row] = []] = await session.run(sql, deadlineMs);
	const [total, free, used] = [row?.total, row?.free, row?.used].map((value) => Number(value ?? Number.NaN));
	if (total === undefined || free === undefined || used === undefined) return null;
	return total > 0 && free >= 0 && used >= 0 ? { total, free, used } : null;
}

/** From 0 to 1: of the file system, or of what the volume may hold, whichever is nearer to its end. */
export function usedShare({ total, free, used }: Room, capacity: number): number {
	return Math.max(1 - free / total, capacity > 0 ? used / capacity : 0);
}

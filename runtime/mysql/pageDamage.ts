/** What InnoDB says when a page is not what it wrote: a torn, rotten or misplaced one. */
import type { Session } from "./session.ts";

/**
 * Error codes: a page of another place was read, a page whose checksum is wrong (mysql-server, storage/innobase/buf/buf0buf.cc:
 * `ER_IB_MSG_79` and `_81`); a datafile whose first page is wrong, and has no copy in the doublewrite buffer. All are about
 * what the storage gave back, never about a lack of room, a lock or a file that somebody took away. Seen on 9.7.4 with pages
 * of a table, of the data dictionary, of the system and of an undo tablespace overwritten, all but the first.
 */
export const pageDamageCodes = ["MY-011904", "MY-011906", "MY-012224", "MY-012237"] as const;

/** Whether a line of an error log tells of damage. */
export const tellsOfDamage = (line: string): boolean => pageDamageCodes.some((code) => line.includes(`[${code}]`));

export interface PageDamage {
	/** The server UUID of the data directory. */
	readonly uuid: string;
	/** The first word of it, for people. */
	readonly text: string;
}

const codes = pageDamageCodes.map((code) => `'${code}'`).join(", ");
const sql = `SELECT @@server_uuid AS uuid, ERROR_CODE AS code, DATA AS text FROM performance_schema.error_log
 WHERE ERROR_CODE IN (${codes}) ORDER BY LOGGED LIMIT 1`;

/** What an instance has said since it was started, as far back as its memory goes; null where it said nothing of the kind. */
export async function readPageDamage(session: Session, deadlineMs: number): Promise<PageDamage | null> {
	const [[row] = []] = await session.run(sql, deadlineMs);
	return row === undefined ? null : { uuid: String(row.uuid), text: `[${row.code}] ${row.text}` };
}

/** How a replica becomes a source that accepts writes. */
import { killThread } from "./channels.ts";
import { endOtherSessions } from "./otherSessions.ts";
import type { Session } from "./session.ts";

/**
 * Acknowledgements are required before the first write is accepted. The replica side is left on:
 * it does nothing without a receiver. Every channel goes, also one that an import left when this was the primary before.
 */
const promotion = `STOP REPLICA;
RESET REPLICA ALL;
SET GLOBAL rpl_semi_sync_source_enabled = ON;
SET GLOBAL offline_mode = OFF;
SET GLOBAL super_read_only = OFF;
SET GLOBAL read_only = OFF`;

const unfinished = `SELECT threads.PROCESSLIST_ID AS id
FROM performance_schema.replication_applier_status_by_coordinator AS coordinator
JOIN performance_schema.threads AS threads ON threads.THREAD_ID = coordinator.THREAD_ID
WHERE coordinator.PROCESSING_TRANSACTION <> ''`;

/**
 * Everything that counts has been applied before: what the applier is in the middle of is nobody's. A source that died
 * while it sent a transaction leaves its beginning in the relay log, and STOP REPLICA waits a minute for the rest of it
 * (seen on 9.7.4). Killed, the applier rolls the beginning back and ends at once.
 *
 * @param left as of `within`
 */
export async function promote(session: Session, left: () => number): Promise<void> {
	await endOtherSessions(session, left);
	const [rows = []] = await session.run(unfinished, left());
	for (const { id } of rows) await killThread(session, String(id), left());
	await session.run(promotion, left());
}

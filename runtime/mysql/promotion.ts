/** How a replica becomes a source that accepts writes. */
import type { Session } from "./session.ts";

/**
 * Acknowledgements are required before the first write is accepted. The replica side is left on:
 * it does nothing without a receiver.
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

/** Everything that counts has been applied before: what the applier is in the middle of is nobody's. */
export async function promote(session: Session, deadlineMs: number): Promise<void> {
	const [rows = []] = await session.run(unfinished, deadlineMs);
	for (const { id } of rows) await endApplier(session, String(id), deadlineMs);
	await session.run(promotion, deadlineMs);
}

/**
 * A source that died while it sent a transaction leaves its beginning in the relay log, and STOP REPLICA waits a minute
 * for the rest of it (seen on 9.7.4). Killed, the applier rolls the beginning back and ends at once.
 */
async function endApplier(session: Session, id: string, deadlineMs: number): Promise<void> {
	try {
		await session.run(`KILL ${id}`, deadlineMs);
	} catch (error) {
		// It ended by itself meanwhile.
		if ((error as { errno?: number }).errno !== noSuchThread) throw error;
	}
}

/** ER_NO_SUCH_THREAD. */
const noSuchThread = 1094;

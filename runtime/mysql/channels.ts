/**
 * Replication channels other than the cluster's own, which has the empty name. Only an import makes one, and only on the
 * primary. Read-only does not stop an applier, so whoever refuses writes must stop them.
 */
import type { Session } from "./session.ts";
import { sqlString } from "./sqlText.ts";

/** Of which import the channel is known: the one that brings a database in. */
export const importChannel = "import";

const names = `SELECT CHANNEL_NAME AS name FROM performance_schema.replication_connection_configuration
WHERE CHANNEL_NAME <> ''`;

const appliers = `SELECT threads.PROCESSLIST_ID AS id FROM performance_schema.threads AS threads JOIN (
 SELECT CHANNEL_NAME, THREAD_ID FROM performance_schema.replication_applier_status_by_coordinator
 UNION ALL SELECT CHANNEL_NAME, THREAD_ID FROM performance_schema.replication_applier_status_by_worker) AS applier
ON applier.THREAD_ID = threads.THREAD_ID WHERE applier.CHANNEL_NAME <> ''`;

/** Names of the channels that are not the cluster's own. */
export async function foreignChannels(session: Session, deadlineMs: number): Promise<readonly string[]> {
	const [rows = []] = await session.run(names, deadlineMs);
	return rows.map(({ name }) => String(name));
}

/** Stops their receivers and appliers: what is being applied finishes first, its acknowledgement included. */
export async function stopForeignChannels(session: Session, deadlineMs: number): Promise<void> {
	for (const name of await foreignChannels(session, deadlineMs)) {
		await session.run(`STOP REPLICA FOR CHANNEL ${sqlString(name)}`, deadlineMs);
	}
}

/**
 * Ends their appliers where a transaction may wait for an acknowledgement that never comes, for which STOP REPLICA would
 * wait too. They end as soon as nothing holds that transaction, and take no other.
 */
export async function endForeignAppliers(session: Session, deadlineMs: number): Promise<void> {
	const [rows = []] = await session.run(appliers, deadlineMs);
	for (const { id } of rows) await killThread(session, String(id), deadlineMs);
}

/** Forgets them and what they had not applied yet. For an instance that is not the primary: its import goes on elsewhere. */
export async function forgetForeignChannels(session: Session, deadlineMs: number): Promise<void> {
	for (const name of await foreignChannels(session, deadlineMs)) {
		const channel = sqlString(name);
		await session.run(`STOP REPLICA FOR CHANNEL ${channel}; RESET REPLICA ALL FOR CHANNEL ${channel}`, deadlineMs);
	}
}

/** Ends a thread of the server's own. */
export async function killThread(session: Session, id: string, deadlineMs: number): Promise<void> {
	try {
		await session.run(`KILL ${id}`, deadlineMs);
	} catch (error) {
		// It ended by itself meanwhile.
		if ((error as { errno?: number }).errno !== noSuchThread) throw error;
	}
}

/** ER_NO_SUCH_THREAD. */
const noSuchThread = 1094;

/** A replica's applier, stopped for a moment; its receiver goes on, and acknowledges. */
import { FailedError } from "../exit.ts";
import { type GtidSet, parseGtidSet } from "../mysql/gtidSet.ts";
import { read } from "../mysql/reading.ts";
import type { Session } from "../mysql/session.ts";

const askMs = 10_000;
/** ER_STOP_REPLICA_SQL_THREAD_TIMEOUT: it still finishes what it is in the middle of. */
const unfinished = 1875;

/** With no channel named, it would speak to an import's too. */
const ours = "FOR CHANNEL ''";

/**
 * Between two transactions; workers leave no gap, since they commit in order (`replica_preserve_commit_order`).
 * @param left milliseconds until it is given up
 * @throws FailedError where it did not stop
 */
export async function stopApplier(session: Session, left: () => number): Promise<void> {
	for (;;) {
		try {
			await session.run(`STOP REPLICA SQL_THREAD ${ours}`, left());
		} catch (error) {
			if ((error as { errno?: number }).errno !== unfinished) throw error;
		}
		if (!(await runs(session))) return;
	}
}

/**
 * Nothing is done where the watchdog has begun something: it started the applier, it revoked the receiver's
 * acknowledgements for a failover, or the instance is a primary by now. It starts what stands still without a reason.
 */
export async function startApplier(session: Session): Promise<void> {
	const { receiver, applier } = await read(session, askMs);
	if (receiver === null || receiver.state === "off" || applier === null || applier.running) return;
	await session.run(`START REPLICA SQL_THREAD ${ours}`, askMs);
}

export async function executed(session: Session): Promise<GtidSet> {
	const [[row] = []] = await session.run("SELECT @@GLOBAL.gtid_executed AS gtid", askMs);
	return parseGtidSet(String(row?.gtid ?? ""));
}

async function runs(session: Session): Promise<boolean> {
	const { applier } = await read(session, askMs);
	if (applier !== null && applier.errno !== 0) {
		throw new FailedError(`its applier has stopped with an error: ${applier.error} (${applier.errno})`);
	}
	return applier?.running === true;
}

/** The server's own parallel applier, given relay log files channel by channel. */
import { setTimeout } from "node:timers/promises";
import { FailedError } from "../exit.ts";
import { contains, count, formatGtidSet, type GtidSet, intersect, parseGtidSet, subtract } from "../mysql/gtidSet.ts";
import type { Row, Session } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";
import { relayFileName, relayLog } from "./relayFiles.ts";

export interface ReplayOptions {
	/** Transactions applied at the same time. Default {@link defaultWorkers}. */
	readonly workers?: number;
}

/** More gained nothing on two cores (facts of 9.7.4: 4 workers 54 s, 8 workers 21 s, with durability off besides). */
export const defaultWorkers = 8;

/**
 * Lines of my.cnf. Which server wrote a transaction does not matter: a copy has no history of its own to protect. Without a
 * binary log a replayed statement that has nothing to do (CREATE DATABASE IF NOT EXISTS of one that is there) leaves no GTID
 * behind (seen on a site of 9.7.4, not yet on a server alone); nobody reads this one, and each batch's is removed behind it.
 * Nobody reads the copy before a batch is all there, so that the order within it is of no use.
 */
export const replaySettings = ({ workers = defaultWorkers }: ReplayOptions = {}): readonly string[] => [
	`relay_log = ${relayLog}`,
	"relay_log_recovery = OFF",
	"relay_log_purge = ON",
	"sync_relay_log = 0",
	"replicate_same_server_id = ON",
	`replica_parallel_workers = ${workers}`,
	"replica_preserve_commit_order = OFF",
	"binlog_order_commits = OFF",
	// The instances' own name: what the copy of a volume has in its last binary log alone is recovered from there.
	"log_bin = binlog",
	"log_replica_updates = ON",
	"binlog_row_image = MINIMAL",
];

export interface Batch {
	readonly channel: string;
	readonly gtids: GtidSet;
}

/** A statement that waits for nothing. */
const shortMs = 30_000;
/** One look at how far it is. */
const lookMs = 250;

/**
 * Applies one channel's files, and removes them.
 * @param onProgress transactions of this batch that are applied
 * @throws FailedError with the transaction that could not be applied
 */
export async function applyBatch(
	session: Session,
	{ channel, gtids }: Batch,
	onProgress: (applied: number) => void,
	signal?: AbortSignal,
): Promise<void> {
	const name = sqlString(channel);
	const from = sqlString(relayFileName(channel, 1));
	await session.run(
		`CHANGE REPLICATION SOURCE TO RELAY_LOG_FILE = ${from}, RELAY_LOG_POS = 4, SOURCE_HOST = 'archive' FOR CHANNEL ${name};
START REPLICA SQL_THREAD FOR CHANNEL ${name}`,
		shortMs,
	);
	try {
		await applied(session, { channel, gtids }, onProgress, signal);
	} finally {
		if (!session.closed) await forget(session, name);
	}
}

async function forget(session: Session, channel: string): Promise<void> {
	await session.run(
		`STOP REPLICA SQL_THREAD FOR CHANNEL ${channel}; RESET REPLICA ALL FOR CHANNEL ${channel}`,
		shortMs,
	);
	await dropOwnLogs(session);
}

/** A copy's own binary log would take as much room again as what is replayed. */
export async function dropOwnLogs(session: Session): Promise<void> {
	await session.run("FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW(6) + INTERVAL 1 DAY", shortMs);
}

async function applied(
	session: Session,
	{ channel, gtids }: Batch,
	onProgress: (applied: number) => void,
	signal?: AbortSignal,
): Promise<void> {
	for (let idle = 0; ; ) {
		signal?.throwIfAborted();
		const look = await lookAt(session, channel);
		onProgress(count(intersect(gtids, look.executed)));
		if (contains(look.executed, gtids)) return;
		if (look.error !== null) throw new FailedError(look.error);
		// It has read everything and works on nothing: what is lacking will never come. Twice, for it may just have begun.
		idle = look.idle ? idle + 1 : 0;
		if (idle > 1) throw neverApplied(subtract(gtids, look.executed));
		await setTimeout(lookMs, undefined, signal === undefined ? {} : { signal });
	}
}

const neverApplied = (lacking: GtidSet) =>
	new FailedError(`the applier has read everything and did not apply ${formatGtidSet(lacking)}`);

interface Look {
	readonly executed: GtidSet;
	readonly error: string | null;
	readonly idle: boolean;
}

/** States first: what they say is then in the executed set. */
async function lookAt(session: Session, channel: string): Promise<Look> {
	const where = `WHERE channel_name = ${sqlString(channel)}`;
	const [coordinators = [], workers = [], [executed] = []] = await session.run(
		`SELECT c.service_state AS service, c.last_error_number AS number, c.last_error_message AS message, t.processlist_state AS doing,
 c.processing_transaction AS busy FROM performance_schema.replication_applier_status_by_coordinator c
 LEFT JOIN performance_schema.threads t ON t.thread_id = c.thread_id WHERE c.channel_name = ${sqlString(channel)};
SELECT applying_transaction AS busy, last_error_number AS number, last_error_message AS message
 FROM performance_schema.replication_applier_status_by_worker ${where};
SELECT @@GLOBAL.gtid_executed AS executed`,
		shortMs,
	);
	const busy = [...coordinators, ...workers].some((row) => row.busy !== "");
	const [coordinator] = coordinators;
	const stopped = coordinator?.service !== "ON";
	const waiting = String(coordinator?.doing ?? "").includes("has read all relay log");
	return {
		executed: parseGtidSet(String(executed?.executed ?? "")),
		error: failure(workers, coordinators, stopped),
		idle: waiting && !busy,
	};
}

function failure(workers: readonly Row[], coordinators: readonly Row[], stopped: boolean): string | null {
	const failed = [...workers, ...coordinators].find(({ number }) => Number(number) !== 0);
	if (failed === undefined) return stopped ? "the applier stopped without saying why" : null;
	const what = failed.busy === "" ? "the applier" : String(failed.busy);
	return `${what} could not be applied (error ${failed.number}): ${failed.message}`;
}

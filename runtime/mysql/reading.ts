/** What one look at an instance tells. */
import { type GtidSet, parseGtidSet, union } from "./gtidSet.ts";
import type { Row, Session } from "./session.ts";

export interface Receiver {
	readonly state: "on" | "connecting" | "off";
	/** Host name of the source that it is configured for. */
	readonly source: string;
	readonly autoPosition: boolean;
	readonly error: string;
}

export interface Applier {
	readonly running: boolean;
	/** Why it stopped: empty while it runs, and where it was told to stop. */
	readonly error: string;
	/** The number of that error; 0 where there is none. */
	readonly errno: number;
}

export interface Reading {
	readonly uuid: string;
	readonly version: string;
	readonly executed: GtidSet;
	readonly purged: GtidSet;
	/** What the relay log holds, applied or not. */
	readonly retrieved: GtidSet;
	readonly superReadOnly: boolean;
	/** rpl_semi_sync_source_enabled: on the primary alone. */
	readonly acksRequired: boolean;
	/** Replicas that acknowledge this instance's commits now. */
	readonly ackers: number;
	/** Sessions whose commit waits for an acknowledgement now. */
	readonly waitingCommits: number;
	/** Sessions whose commit is under way in the server: for milliseconds, unless the disk is full or does not answer. */
	readonly committing: number;
	/** What was moved into the binary log since the start: grows while a commit is written, however large. */
	readonly binlogBytes: number;
	/** True when this instance's receiver acknowledges. */
	readonly acknowledges: boolean;
	/** What it fetches is not synced, and it acknowledges nothing (`Instance.catchUp`). A restart ends that. */
	readonly catchingUp: boolean;
	/** Null when no source is configured. */
	readonly receiver: Receiver | null;
	readonly applier: Applier | null;
	/** The applier of a channel that is not the cluster's own runs, which read-only does not stop: an import's. */
	readonly foreignApplier: boolean;
	/** Seconds behind the source as the server estimates them; null when it does not know. */
	readonly lagSeconds: number | null;
	readonly uptimeSeconds: number;
}

/**
 * A thread of the server itself is in this state always, so only clients' statements are counted, ended ones that hang too. A DDL statement may stay
 * in it while files are removed. The cache of a large transaction is read while it is written to the binary log.
 */
const workSql = `SELECT
 (SELECT COUNT(*) FROM performance_schema.threads WHERE PROCESSLIST_STATE = 'waiting for handler commit'
  AND PROCESSLIST_COMMAND IN ('Query', 'Execute', 'Killed')
  AND COALESCE(PROCESSLIST_INFO, '') NOT REGEXP '^[[:space:]]*(ALTER|CREATE|DROP|OPTIMIZE|RENAME|TRUNCATE)') AS committing,
 SUM(IF(EVENT_NAME = 'wait/io/file/sql/binlog', SUM_NUMBER_OF_BYTES_WRITE, 0)
  + IF(EVENT_NAME = 'wait/io/file/sql/binlog_cache', SUM_NUMBER_OF_BYTES_READ, 0)) AS binlogBytes
FROM performance_schema.file_summary_by_event_name
WHERE EVENT_NAME IN ('wait/io/file/sql/binlog', 'wait/io/file/sql/binlog_cache')`;

const sql = `SELECT @@server_uuid AS uuid, @@version AS version, @@GLOBAL.gtid_executed AS executed,
 @@GLOBAL.gtid_purged AS purged, @@GLOBAL.super_read_only AS superReadOnly,
 @@GLOBAL.rpl_semi_sync_source_enabled AS acksRequired,
 (@@GLOBAL.sync_relay_log <> 1 OR NOT @@GLOBAL.rpl_semi_sync_replica_enabled) AS catchingUp;
SHOW REPLICA STATUS;
SHOW GLOBAL STATUS WHERE Variable_name IN ('Uptime', 'Rpl_semi_sync_replica_status',
 'Rpl_semi_sync_source_clients', 'Rpl_semi_sync_source_wait_sessions');
${workSql}`;

/** Everything that a decision about this instance needs, in one round trip. */
export async function read(session: Session, deadlineMs: number): Promise<Reading> {
	const [variables = [], replica = [], status = [], work = []] = await session.run(sql, deadlineMs);
	return parseReading(variables[0] ?? {}, replica, status, work[0]);
}

/** @param channels SHOW REPLICA STATUS: a row each; the cluster's own has no name */
export function parseReading(
	variables: Row,
	channels: readonly Row[],
	statusRows: readonly Row[],
	work: Row = {},
): Reading {
	const replica = channels.find((row) => text(row.Channel_Name) === "");
	const status = new Map(statusRows.map((r) => [String(r.Variable_name), String(r.Value)]));
	const number = (name: string) => Number(status.get(name) ?? 0);
	return {
		uuid: text(variables.uuid),
		version: text(variables.version),
		executed: parseGtidSet(text(variables.executed)),
		purged: parseGtidSet(text(variables.purged)),
		retrieved: parseGtidSet(text(replica?.Retrieved_Gtid_Set)),
		superReadOnly: flag(variables.superReadOnly),
		acksRequired: flag(variables.acksRequired),
		ackers: number("Rpl_semi_sync_source_clients"),
		waitingCommits: number("Rpl_semi_sync_source_wait_sessions"),
		committing: Number(work.committing ?? 0),
		binlogBytes: Number(work.binlogBytes ?? 0),
		acknowledges: status.get("Rpl_semi_sync_replica_status") === "ON",
		catchingUp: flag(variables.catchingUp),
		receiver: replica === undefined ? null : parseReceiver(replica),
		applier: replica === undefined ? null : parseApplier(replica),
		foreignApplier: channels.some((row) => row !== replica && row.Replica_SQL_Running === "Yes"),
		lagSeconds: parseLag(replica),
		uptimeSeconds: number("Uptime"),
	};
}

function parseReceiver(row: Row): Receiver {
	const states = { Yes: "on", Connecting: "connecting" } as const;
	const running = text(row.Replica_IO_Running);
	return {
		state: running in states ? states[running as keyof typeof states] : "off",
		source: text(row.Source_Host),
		autoPosition: flag(row.Auto_Position),
		error: text(row.Last_IO_Error),
	};
}

function parseApplier(row: Row): Applier {
	const errno = Number(row.Last_SQL_Errno ?? 0);
	return { running: row.Replica_SQL_Running === "Yes", error: text(row.Last_SQL_Error), errno };
}

function parseLag(row: Row | undefined): number | null {
	const lag = row?.Seconds_Behind_Source;
	return lag === null || lag === undefined ? null : Number(lag);
}

/** Everything that this instance holds durably: what it applied and what waits in its relay log. */
export function held(reading: Pick<Reading, "executed" | "retrieved">): GtidSet {
	return union(reading.executed, reading.retrieved);
}

function text(value: unknown): string {
	return value === null || value === undefined ? "" : String(value);
}

function flag(value: unknown): boolean {
	return value === 1 || value === "1" || value === "ON";
}

/**
 * What the watchdog may do to one instance. Each operation is idempotent, has a deadline, and says
 * nothing about *whether* it should be done: that is decided in failover/.
 */
import { endForeignAppliers, forgetForeignChannels, stopForeignChannels } from "./channels.ts";
import { contains, formatGtidSet, type GtidSet } from "./gtidSet.ts";
import { endOtherSessions } from "./otherSessions.ts";
import { promote } from "./promotion.ts";
import { type Reading, read } from "./reading.ts";
import type { Session } from "./session.ts";
import { sqlName, sqlString } from "./sqlText.ts";
import { monotonic, type Now, within } from "./within.ts";

/** How replicas reach their source. */
export interface ReplicationLink {
	readonly user: string;
	readonly password: string;
	/** Of the source's administrative interface: a receiver that clients keep out could acknowledge none of their commits. */
	readonly port: number;
	/** Path of the certificate authority as mysqld sees it. */
	readonly caFile: string;
	readonly heartbeatMs: number;
	readonly connectRetryMs: number;
}

export interface Instance {
	read(deadlineMs: number): Promise<Reading>;
	/** Stops the receiver, a connecting one too: it can acknowledge nothing from here on. */
	stopReceiver(deadlineMs: number): Promise<void>;
	/** Lets the applier finish `set`; false when it has not within the deadline. */
	applyUntil(set: GtidSet, deadlineMs: number): Promise<boolean>;
	/**
	 * Begins a new binary log. A replica that connects is sent what follows its own set, and the server finds that place by
	 * reading the log in which it lies from the start: 95 MB took 0.25 s on 9.7.4, on a machine with nothing else to do.
	 */
	rotateLog(deadlineMs: number): Promise<void>;
	/** Makes it a source that accepts writes; each commit waits for an acknowledgement. */
	promote(deadlineMs: number): Promise<void>;
	/** The transactions that have changed something and are open now, by an identity that no later one has. */
	openTransactions(deadlineMs: number): Promise<ReadonlySet<string>>;
	/** Refuses writes from here on, an import's too; commits under way finish first. */
	refuseWrites(deadlineMs: number): Promise<void>;
	/** Takes `refuseWrites` back. An import stays stopped until it is resumed. */
	acceptWrites(deadlineMs: number): Promise<void>;
	/** Ends client sessions, commits that wait for an acknowledgement too, then refuses writes. */
	fence(deadlineMs: number): Promise<void>;
	/**
	 * Ends client sessions and lets no new ones in, and does no more: on a full or hanging disk `fence` would wait for
	 * the commits, and its second step would let them finish without an acknowledgement. `fence` undoes it.
	 */
	shutOut(deadlineMs: number): Promise<void>;
	/**
	 * Replicates from `sourceHost`, syncs what it is sent and acknowledges it; what it had of another source's relay log is
	 * kept and applied. What it fetched by `catchUp` is synced first.
	 */
	follow(sourceHost: string, deadlineMs: number): Promise<void>;
	/**
	 * As `follow`, for one that is far behind and of which nothing counts: what it fetches is not synced, and it
	 * acknowledges nothing. A source that writes as fast as its replicas sync would never be caught up with otherwise: they
	 * all sync each event (sync_relay_log).
	 */
	catchUp(sourceHost: string, deadlineMs: number): Promise<void>;
	/** Forgets any source and its relay log. Only for an instance of which nothing counts. */
	forgetSource(deadlineMs: number): Promise<void>;
	/** Uses renewed certificates from now on. */
	reloadCertificates(deadlineMs: number): Promise<void>;
	/** Makes the databases that the promise speaks of, if they are not there. */
	createSchemas(names: readonly string[], deadlineMs: number): Promise<void>;
}

/** @param now for deadlines that several statements share */
export function instance(session: Session, link: ReplicationLink, now: Now = monotonic): Instance {
	const run = (statement: string, ms: number) => session.run(statement, ms);
	return {
		read: (ms) => read(session, ms),
		stopReceiver: async (ms) => void (await run("STOP REPLICA IO_THREAD", ms)),
		applyUntil: (set, ms) => applyUntil(session, set, ms),
		rotateLog: async (ms) => void (await run("FLUSH BINARY LOGS", ms)),
		promote: (ms) => promote(session, within(ms, now)),
		openTransactions: (ms) => openTransactions(session, ms),
		refuseWrites: (ms) => refuseWrites(session, within(ms, now)),
		acceptWrites: async (ms) => void (await run(acceptance, ms)),
		fence: (ms) => fence(session, within(ms, now)),
		shutOut: async (ms) => void (await run("SET GLOBAL offline_mode = ON", ms)),
		follow: (source, ms) => follow(session, { link, source, receipt: durable }, within(ms, now)),
		catchUp: (source, ms) => follow(session, { link, source, receipt: hasty }, within(ms, now)),
		forgetSource: (ms) => forgetSource(session, within(ms, now)),
		reloadCertificates: async (ms) => void (await run(reload, ms)),
		createSchemas: (names, ms) => createSchemas(session, names, within(ms, now)),
	};
}

/** Meanwhile it may have restarted, and then it no longer waits for acknowledgements: they are required again first. */
const acceptance = `SET GLOBAL rpl_semi_sync_source_enabled = ON;
SET GLOBAL super_read_only = OFF;
SET GLOBAL read_only = OFF`;

/**
 * offline_mode ends every session that is not an administrator's. It comes before anything touches
 * semi-sync: a commit that waits for its acknowledgement would otherwise return success. The threads
 * of such commits stay until semi-sync is off, and super_read_only would wait for them forever
 * (seen on 9.7.4): hence the order.
 */
const closing = `SET GLOBAL rpl_semi_sync_source_enabled = OFF;
SET GLOBAL super_read_only = ON;
SET GLOBAL offline_mode = OFF`;

/** An import's applier is neither a client nor kept out by super_read_only: it would go on writing, unacknowledged. */
async function fence(session: Session, left: () => number): Promise<void> {
	await session.run("SET GLOBAL offline_mode = ON", left());
	await endForeignAppliers(session, left());
	await session.run(closing, left());
	await stopForeignChannels(session, left());
}

/** What an import applies would come after what the new primary is said to have: its applier stops first. */
async function refuseWrites(session: Session, left: () => number): Promise<void> {
	await stopForeignChannels(session, left());
	const ms = left();
	await session.run(refusal(ms), ms);
}

async function openTransactions(session: Session, deadlineMs: number): Promise<ReadonlySet<string>> {
	const open = "SELECT trx_id, trx_mysql_thread_id AS session FROM information_schema.innodb_trx";
	const [rows = []] = await session.run(`${open} WHERE trx_rows_modified > 0`, deadlineMs);
	return new Set(rows.map((row) => `${row.session}/${row.trx_id}`));
}

/** Waits for the commits under way, by the server's own time limit: an abandoned wait would hold on. */
function refusal(deadlineMs: number): string {
	const seconds = Math.max(1, Math.floor(deadlineMs / 1000) - 1);
	return `SET SESSION lock_wait_timeout = ${seconds}; SET GLOBAL super_read_only = ON`;
}

/** Each channel has a TLS context of its own. */
const reload = `ALTER INSTANCE RELOAD TLS;
ALTER INSTANCE RELOAD TLS FOR CHANNEL mysql_admin`;

async function applyUntil(session: Session, set: GtidSet, deadlineMs: number): Promise<boolean> {
	const before = await read(session, deadlineMs);
	if (contains(before.executed, set)) return true;
	if (before.applier === null) return false;
	if (!before.applier.running) await session.run(startApplier, deadlineMs);
	// The server's own wait ends before ours, so that the session survives it.
	const seconds = Math.max(0.1, deadlineMs / 1000 - 0.2);
	const [rows = []] = await session.run(
		`SELECT WAIT_FOR_EXECUTED_GTID_SET('${formatGtidSet(set)}', ${seconds.toFixed(1)}) AS late`,
		deadlineMs,
	);
	return Number(rows[0]?.late) === 0;
}

/** With no channel named, it would speak to an import's too. */
const startApplier = "START REPLICA SQL_THREAD FOR CHANNEL ''";

/** How a receiver takes what it is sent. Semi-sync's side of it is read when the receiver starts. */
const durable = "SET GLOBAL sync_relay_log = 1; SET GLOBAL rpl_semi_sync_replica_enabled = ON";
/** The server's own default: it writes to disk now and then, so that little is left to be written at the end. */
const hasty = "SET GLOBAL rpl_semi_sync_replica_enabled = OFF; SET GLOBAL sync_relay_log = 10000";
/**
 * Puts on disk what is not there yet, whatever sync_relay_log says: a relay log file is synced as it is closed, here and when
 * it is full (seen on 9.7.4; what an earlier mysqld left is synced by runtime/instance/scripts.ts). LOCAL, or it would be a
 * transaction of the instance's own (manual: FLUSH).
 */
const syncRelayLog = "FLUSH LOCAL RELAY LOGS FOR CHANNEL ''";

interface Following {
	readonly link: ReplicationLink;
	readonly source: string;
	readonly receipt: string;
}

async function follow(session: Session, { link, source, receipt }: Following, left: () => number): Promise<void> {
	await forgetForeignChannels(session, left());
	const { receiver, applier, catchingUp } = await read(session, left());
	if (receiver !== null && receiver.state !== "off") {
		await session.run("STOP REPLICA IO_THREAD", left());
	}
	// When it connects, the source takes all that it has for acknowledged.
	if (catchingUp && receipt === durable && receiver !== null) await session.run(syncRelayLog, left());
	// A running applier keeps CHANGE from purging a relay log that nobody else may have.
	if (applier !== null && !applier.running) {
		await session.run(startApplier, left());
	}
	if (receiver?.source !== source) {
		await session.run(changeSource(link, source, receiver?.autoPosition ?? false), left());
	}
	await session.run(`${receipt}; ${startReceiver(link)}`, left());
	await session.run(startApplier, left());
}

/** One that was given up on a disk that did not answer would throw away what was acknowledged since. */
async function forgetSource(session: Session, left: () => number): Promise<void> {
	await endOtherSessions(session, left);
	await session.run("STOP REPLICA; RESET REPLICA ALL", left());
}

/** Auto position may only be set with both threads stopped, so only where nothing is configured yet. */
function changeSource(link: ReplicationLink, source: string, autoPosition: boolean): string {
	const options = [
		`SOURCE_HOST = ${sqlString(source)}`,
		`SOURCE_PORT = ${link.port}`,
		...(autoPosition ? [] : ["SOURCE_AUTO_POSITION = 1"]),
		"SOURCE_SSL = 1",
		`SOURCE_SSL_CA = ${sqlString(link.caFile)}`,
		"SOURCE_SSL_VERIFY_SERVER_CERT = 1",
		`SOURCE_HEARTBEAT_PERIOD = ${(link.heartbeatMs / 1000).toFixed(3)}`,
		`SOURCE_CONNECT_RETRY = ${Math.max(1, Math.round(link.connectRetryMs / 1000))}`,
		"SOURCE_RETRY_COUNT = 0",
	];
	return `CHANGE REPLICATION SOURCE TO ${options.join(", ")}`;
}

/** Given at the start, the password is kept in memory only, never in mysql.slave_master_info. */
function startReceiver(link: ReplicationLink): string {
	return `START REPLICA IO_THREAD USER = ${sqlString(link.user)} PASSWORD = ${sqlString(link.password)}`;
}

async function createSchemas(session: Session, names: readonly string[], left: () => number): Promise<void> {
	for (const name of names) {
		await session.run(`CREATE DATABASE IF NOT EXISTS ${sqlName(name)}`, left());
	}
}

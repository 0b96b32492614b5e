/** my.cnf: the durable profile of docs (GTID, one acknowledgement before each commit, boots read-only). */
import { largestBinaryLog } from "../../objectives/archiveRoom.ts";
import type { MemoryShares } from "./memory.ts";
import { dataFolder, ordinal, type Place, pidFile, socket } from "./place.ts";

export interface InstanceProfile {
	/** Name under which other pods reach this one; its certificate carries it. */
	readonly host: string;
	readonly memory: MemoryShares;
	/** Replicas that must have a transaction before its client hears of the commit. */
	readonly acks: number;
	/** `replica_net_timeout`, in seconds. */
	readonly netTimeoutSeconds: number;
	readonly applierWorkers: number;
	/** An archiver reads the binary logs, and lets them go. */
	readonly archived: boolean;
}

/** Ordinals count from 0, but 0 as a server_id means "none"; the offset keeps clear of ids given by hand. */
const firstServerId = 101;

/** The server_id of the member with that ordinal. */
export const serverId = (member: number): number => firstServerId + member;

/** Options that 8.4 and 9.7 both know; `loose_` where a build may lack one. */
export function myCnf(place: Place, profile: InstanceProfile): string {
	return [
		"# Written by `mysql-dr instance prepare` at each start of the pod: edits do not last.",
		"[mysqld]",
		identity(place, profile),
		transport(place),
		durability(profile),
		acknowledgement(profile),
		replication(profile),
		cloning(place),
		boot,
		memory(profile.memory),
		noise,
	].join("\n\n");
}

function identity(place: Place, profile: InstanceProfile): string {
	return `server_id = ${serverId(ordinal(place.pod))}
report_host = ${profile.host}
datadir = ${dataFolder(place.paths)}
tmpdir = ${place.paths.temporary}
socket = ${socket(place.paths)}
pid_file = ${pidFile(place.paths)}`;
}

function transport({ address, port, adminPort, paths }: Place): string {
	return `# One interface for clients, one for the watchdog: the second has a thread and a connection limit of its
# own, so that it answers while clients have used up max_connections.
bind_address = *
port = ${port}
admin_address = ${address}
admin_port = ${adminPort}
create_admin_listener_thread = ON
loose_mysqlx = OFF
# Accounts are not bound to host names, and a login must not wait for DNS while a zone is down.
skip_name_resolve = ON
# The socket counts as secure; everything else must be encrypted.
require_secure_transport = ON
tls_version = TLSv1.2,TLSv1.3
ssl_ca = ${paths.tls}/ca.crt
ssl_cert = ${paths.tls}/tls.crt
ssl_key = ${paths.tls}/tls.key
# Given for its own channel too, else the log warns at each start. Reloading takes a statement a channel.
admin_tls_version = TLSv1.2,TLSv1.3
admin_ssl_ca = ${paths.tls}/ca.crt
admin_ssl_cert = ${paths.tls}/tls.crt
admin_ssl_key = ${paths.tls}/tls.key
# Else mysqld makes certificates of its own in the data directory when ours are missing, and starts with them.
auto_generate_certs = OFF
caching_sha2_password_auto_generate_rsa_keys = OFF
secure_file_priv = NULL
local_infile = OFF`;
}

function durability(profile: InstanceProfile): string {
	return `gtid_mode = ON
enforce_gtid_consistency = ON
log_bin = binlog
log_replica_updates = ON
# Row events with column names: errant transactions and the archive stay readable without the tables.
binlog_row_metadata = FULL
# One event instead of one a row: a replica writes each event to disk before it acknowledges (sync_relay_log), and
# one that falls behind must first catch up when it is the only one left to acknowledge.
binlog_transaction_compression = ON
sync_binlog = 1
innodb_flush_log_at_trx_commit = 1
innodb_doublewrite = ON
${expiry(profile)}
# Files are deleted whole, here and on the archiver's spool, which holds three of this size.
max_binlog_size = ${Math.min(profile.memory.redoLog, largestBinaryLog)}
# Neither crash-safe nor cloned. MEMORY too: at its first use after a restart the server logs a DELETE under
# its own name, which on a replica is an errant transaction.
disabled_storage_engines = MyISAM,MRG_MyISAM,MEMORY,BLACKHOLE,FEDERATED,ARCHIVE,EXAMPLE`;
}

/** The default is 30 days, whether anybody has read them or not. */
function expiry({ archived }: InstanceProfile): string {
	if (!archived)
		return "# Nobody keeps more than the instances have; two days let a replica come back.\nbinlog_expire_logs_seconds = 172800";
	return "# The archiver purges what is in every store, and only it knows what is.\nbinlog_expire_logs_auto_purge = OFF";
}

/**
 * The source side is off until the watchdog promotes: on a replica it would make the applier wait for
 * acknowledgements of its own. AFTER_SYNC: no session sees a transaction before a replica has it.
 */
function acknowledgement(profile: InstanceProfile): string {
	return `plugin_load_add = semisync_source.so
plugin_load_add = semisync_replica.so
rpl_semi_sync_source = FORCE_PLUS_PERMANENT
rpl_semi_sync_replica = FORCE_PLUS_PERMANENT
rpl_semi_sync_source_enabled = OFF
rpl_semi_sync_replica_enabled = ON
rpl_semi_sync_source_wait_point = AFTER_SYNC
rpl_semi_sync_source_wait_for_replica_count = ${profile.acks}
rpl_semi_sync_source_wait_no_replica = ON
# Milliseconds; the largest value (49 days). After it the server would commit without acknowledgement.
rpl_semi_sync_source_timeout = 4294967295`;
}

/**
 * relay_log_recovery throws the relay log away at a restart and fetches it again, from a source that may be
 * gone: about 500 acknowledged writes a run were lost that way (vitessio/vitess, doc/failover-audit).
 * Without it each event must be on disk before it is acknowledged.
 */
function replication(profile: InstanceProfile): string {
	return `relay_log = relay
relay_log_recovery = OFF
sync_relay_log = 1
replica_net_timeout = ${profile.netTimeoutSeconds}
replica_parallel_workers = ${profile.applierWorkers}
replica_preserve_commit_order = ON
# Whoever lost its data, or stands on an old volume, gets its own transactions back from the others: by default a
# replica leaves out silently what its own server_id wrote. What it has already it knows by the GTIDs.
replicate_same_server_id = ON
# Seconds. A STOP REPLICA that cannot finish (the default waits a year) comes back; the watchdog asks again.
rpl_stop_replica_timeout = 5`;
}

function cloning({ paths }: Place): string {
	return `plugin_load_add = mysql_clone.so
clone = FORCE_PLUS_PERMANENT
# The recipient checks its donor's certificate.
clone_ssl_ca = ${paths.tls}/ca.crt
clone_ssl_cert = ${paths.tls}/tls.crt
clone_ssl_key = ${paths.tls}/tls.key
# Threads take buffers; the default of 16 is for servers of hundreds of gigabytes.
clone_max_concurrency = 4
# Minutes that a donor keeps a snapshot for a recipient that went away.
clone_donor_timeout_after_network_failure = 1`;
}

/** Whoever was primary before it stopped must not take writes again by itself, nor fetch any. */
const boot = `super_read_only = ON
skip_replica_start = ON
# A SET PERSIST of long ago must not undo any line of this file.
persisted_globals_load = OFF`;

function memory(shares: MemoryShares): string {
	return `innodb_buffer_pool_size = ${shares.bufferPool}
innodb_redo_log_capacity = ${shares.redoLog}
innodb_log_buffer_size = ${shares.logBuffer}
temptable_max_ram = ${shares.temporaryTables}
max_connections = ${shares.connections}
table_open_cache = ${shares.openTables}
table_definition_cache = ${shares.tableDefinitions}
# What the watchdog and the exporter read stays on. Memory and errors are not counted piece by piece, and
# few clients are kept apart: 67 MiB less on a small instance (325 to 258, 9.7.4).
performance_schema = ON
performance_schema_max_memory_classes = 0
performance_schema_error_size = 0
performance_schema_consumer_events_transactions_history = OFF
performance_schema_digests_size = 1000
performance_schema_accounts_size = ${shares.trackedClients}
performance_schema_hosts_size = ${shares.trackedClients}
performance_schema_users_size = ${shares.trackedClients}`;
}

const noise = `# Errors and warnings go to stderr, so that the kubelet keeps them. That is what mysqld does without a
# log_error line; \`log_error = stderr\` would write a file of that name.
log_error_verbosity = 2
log_timestamps = UTC
`;

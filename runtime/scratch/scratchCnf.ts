/** The my.cnf of a scratch server. */
import { join } from "node:path";
import type { ScratchOptions } from "./scratchServer.ts";

const MiB = 2 ** 20;

/** Where everything of it lies. */
export const scratchPaths = (folder: string) => ({
	data: join(folder, "data"),
	temporary: join(folder, "tmp"),
	cnf: join(folder, "my.cnf"),
	socket: join(folder, "mysqld.sock"),
	log: join(folder, "mysqld.log"),
	init: join(folder, "init.sql"),
	client: join(folder, "client.cnf"),
});

export function scratchCnf(options: ScratchOptions): string {
	const paths = scratchPaths(options.folder);
	const lines = [
		"# Written at each start: edits do not last.",
		"[mysqld]",
		// Never one of the cluster's own, which begin at 1: a copy must not be taken for an instance.
		"server_id = 4294967295",
		`datadir = ${paths.data}`,
		`tmpdir = ${paths.temporary}`,
		`socket = ${paths.socket}`,
		`pid_file = ${join(options.folder, "mysqld.pid")}`,
		...(process.getuid?.() === 0 ? ["# Else mysqld refuses to run as root.", "user = root"] : []),
		common,
		...memory(options),
		...(options.purpose === "boot" ? boot : restore(paths.init)),
		...transport(options),
		...(isReadOnly(options) && options.purpose === "boot" ? ["super_read_only = ON"] : []),
		...(options.settings ?? []),
	];
	return `${lines.join("\n")}\n`;
}

export const isReadOnly = ({ readOnly, purpose }: ScratchOptions) => readOnly ?? purpose === "boot";

const common = `gtid_mode = ON
enforce_gtid_consistency = ON
skip_log_bin
skip_replica_start = ON
relay_log_recovery = OFF
persisted_globals_load = OFF
# A copy must not do what the original does by the clock.
event_scheduler = OFF
loose_mysqlx = OFF
skip_name_resolve = ON
auto_generate_certs = OFF
caching_sha2_password_auto_generate_rsa_keys = OFF
secure_file_priv = NULL
local_infile = OFF
log_error_verbosity = 2
log_timestamps = UTC`;

function memory({ bufferPool, purpose }: ScratchOptions): string[] {
	const redo = Math.min(Math.max(bufferPool, 128 * MiB), 2048 * MiB);
	return [
		`innodb_buffer_pool_size = ${Math.floor(bufferPool)}`,
		`innodb_redo_log_capacity = ${Math.floor(purpose === "boot" ? 128 * MiB : redo)}`,
		"temptable_max_ram = 67108864",
		// Above 400 definitions or 2,000 open tables performance_schema sizes itself for a big server.
		"table_open_cache = 800",
		"table_definition_cache = 400",
		"max_connections = 50",
		"performance_schema = ON",
		"performance_schema_max_memory_classes = 0",
	];
}

/**
 * Without the grant tables nobody's password is needed and none is changed. Everything that is dirty goes to the data
 * files when it stops (innodb_fast_shutdown = 1 is the default; 2 would leave it in the redo log).
 */
const boot = [
	"skip_grant_tables",
	"sync_binlog = 1",
	"innodb_flush_log_at_trx_commit = 1",
	"innodb_doublewrite = ON",
	"innodb_fast_shutdown = 1",
];

/**
 * CREATE USER, GRANT and the like do not work without grant tables, and an archive holds some. What was just restored is in
 * the page cache, which the default (O_DIRECT) goes past: with it a replay takes a third less (measured, 9.7.4).
 */
const restore = (init: string) => [
	`init_file = ${init}`,
	"sync_binlog = 0",
	"innodb_flush_log_at_trx_commit = 0",
	"innodb_doublewrite = OFF",
	"innodb_flush_method = fsync",
	"innodb_fast_shutdown = 1",
];

function transport({ network }: ScratchOptions): string[] {
	if (network === undefined) return ["skip_networking"];
	return [
		"bind_address = *",
		`port = ${network.port}`,
		"require_secure_transport = ON",
		"tls_version = TLSv1.2,TLSv1.3",
		`ssl_ca = ${join(network.tlsFolder, "ca.crt")}`,
		`ssl_cert = ${join(network.tlsFolder, "tls.crt")}`,
		`ssl_key = ${join(network.tlsFolder, "tls.key")}`,
	];
}

/** The init file of `mysqld --initialize`: every account, on each instance by itself. */

import { backupGrants } from "../backup/grants.ts";
import { type AccountName, accountNames, type Passwords } from "../credentials/accounts.ts";
import { grantedSchema, sqlString } from "../mysql/sqlText.ts";

/** The schema that drills write to; nothing else lives there. */
export const drillSchema = "mysql_dr_drill";

/** The schema that the watchdog may write to (write probe, region heartbeat). */
export const ownSchema = "mysql_dr";

interface Account {
	readonly name: Exclude<AccountName, "root">;
	/** `localhost` is the pod's own socket, which is not encrypted; `%` is the network, which must be. */
	readonly host: "%" | "localhost";
	readonly grants: readonly string[];
}

/**
 * The init file. Statements are one a line. The binary log is off while initialising and once more for each
 * session, so that no account ever counts as a transaction: an instance that was only just initialised
 * has an empty `gtid_executed`, and joins any cluster without errant transactions.
 */
export function accountsSql(passwords: Passwords, schemas: readonly string[]): string {
	const lines = ["SET SESSION sql_log_bin = 0"];
	for (const account of accounts(schemas)) {
		const who = `${sqlString(account.name)}@${sqlString(account.host)}`;
		const tls = account.host === "%" ? " REQUIRE SSL" : "";
		lines.push(`CREATE USER ${who} ${identified(passwords[account.name])}${tls}`);
		lines.push(...account.grants.map((grant) => `GRANT ${grant} TO ${who}`));
	}
	lines.push(`ALTER USER 'root'@'localhost' ${identified(passwords.root)}`);
	return `${lines.join(";\n")};\n`;
}

/**
 * The same for a restored copy, which has the accounts and passwords of the time of its backup: those that are there get
 * today's password, those that are new are made. One statement a line.
 */
export function renewAccountsSql(passwords: Passwords, schemas: readonly string[]): string {
	return renewSomeSql(passwords, accountNames, schemas);
}

/** The same for these accounts alone; the others stay as they are. */
export function renewSomeSql<N extends AccountName>(
	passwords: Readonly<Record<N, string>>,
	names: readonly N[],
	schemas: readonly string[],
): string {
	const lines = ["SET SESSION sql_log_bin = 0"];
	for (const { name, host, grants } of ourAccounts(schemas)) {
		const known = names.find((one) => one === name);
		if (known === undefined) continue;
		const who = `${sqlString(name)}@${sqlString(host)}`;
		const as = identified(passwords[known]);
		lines.push(
			`CREATE USER IF NOT EXISTS ${who} ${as}${host === "%" ? " REQUIRE SSL" : ""}`,
			`ALTER USER ${who} ${as} ACCOUNT UNLOCK`,
			`ALTER USER ${who} DISCARD OLD PASSWORD`,
			...grants.map((grant) => `GRANT ${grant} TO ${who}`),
		);
	}
	return `${lines.join(";\n")};\n`;
}

/** Every account that an instance is made with. */
export function ourAccounts(schemas: readonly string[]): readonly (Omit<Account, "name"> & { name: AccountName })[] {
	return [...accounts(schemas), { name: "root", host: "localhost", grants: [] }];
}

function identified(password: string): string {
	return `IDENTIFIED WITH caching_sha2_password BY ${sqlString(password)}`;
}

function accounts(schemas: readonly string[]): readonly Account[] {
	const all = (schema: string) => `ALL PRIVILEGES ON ${grantedSchema(schema)}.*`;
	return [
		{ name: "watchdog", host: "%", grants: watchdogGrants(schemas) },
		{ name: "replication", host: "%", grants: ["REPLICATION SLAVE ON *.*", administrative] },
		{ name: "clone", host: "%", grants: ["BACKUP_ADMIN ON *.*", administrative] },
		{ name: "monitor", host: "localhost", grants: monitorGrants },
		{ name: "monitor", host: "%", grants: monitorGrants },
		{ name: "archive", host: "%", grants: archiveGrants },
		{ name: "backup", host: "%", grants: backupGrants },
		{ name: "app", host: "%", grants: schemas.map(all) },
		{ name: "drill", host: "%", grants: [all(drillSchema)] },
	];
}

/** The admin interface: commits wait for a replica, so clients must not be able to take its connection. */
const administrative = "SERVICE_CONNECTION_ADMIN ON *.*";

const monitorGrants = ["PROCESS, REPLICATION CLIENT ON *.*", "SELECT ON performance_schema.*"] as const;

/** Reading binary logs from any instance at any time, and purging those that are archived. */
const archiveGrants = [
	"REPLICATION SLAVE, REPLICATION CLIENT ON *.*",
	"SERVICE_CONNECTION_ADMIN, BINLOG_ADMIN ON *.*",
] as const;

/** What failover needs, and why; test/runtime/instance/mysqld.test.ts runs each statement as this account. */
function watchdogGrants(schemas: readonly string[]): readonly string[] {
	const privileges = [
		"SYSTEM_VARIABLES_ADMIN", // SET GLOBAL super_read_only, rpl_semi_sync_*, offline_mode, clone_valid_donor_list
		"CONNECTION_ADMIN", // KILL of other accounts' sessions; survives offline_mode; ALTER INSTANCE RELOAD TLS
		"SERVICE_CONNECTION_ADMIN", // the admin interface, which answers when max_connections is reached
		"REPLICATION_SLAVE_ADMIN", // CHANGE REPLICATION SOURCE, START, STOP and RESET REPLICA
		"SYSTEM_USER", // KILL of an applier that waits for the rest of a transaction
		"CLONE_ADMIN", // CLONE INSTANCE FROM, as recipient (includes shutting down)
		"BINLOG_ADMIN", // PURGE BINARY LOGS, where they would fill the volume and no archiver lets them go
		"BACKUP_ADMIN", // LOCK INSTANCE FOR BACKUP around snapshots
	];
	const classic = [
		"REPLICATION CLIENT", // SHOW REPLICA STATUS, SHOW BINARY LOG STATUS
		"REPLICATION SLAVE", // SHOW REPLICAS; reading the binary log to save errant transactions
		"PROCESS", // everyone's sessions, INNODB_TRX
		"RELOAD", // FLUSH, RESET BINARY LOGS AND GTIDS
		"SHUTDOWN",
	];
	return [
		`${classic.join(", ")} ON *.*`,
		`${privileges.join(", ")} ON *.*`,
		"SELECT ON performance_schema.*",
		"SELECT ON mysql.gtid_executed",
		// Made on the primary, with a GTID, once there is a primary.
		...schemas.map((schema) => `CREATE ON ${grantedSchema(schema)}.*`),
		`ALL PRIVILEGES ON ${grantedSchema(ownSchema)}.*`,
		`CREATE ON ${grantedSchema(drillSchema)}.*`,
	];
}

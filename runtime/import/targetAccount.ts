/**
 * The account by which an import works on the target, made for it and dropped after it. Root is local to the pod, and the
 * other accounts may not do what is needed; nor should any of them for the rest of their lives.
 */
import { grantedSchema, sqlString } from "../mysql/sqlText.ts";
import { stateTableSql } from "./importState.ts";
import { importAccount } from "./judgeAccounts.ts";

const who = `${sqlString(importAccount)}@'%'`;

/** What each privilege is for. */
const everywhere = [
	"SET_ANY_DEFINER", // views, routines and triggers keep their owners
	"ALLOW_NONEXISTENT_DEFINER", // where that was accepted
	"REPLICATION_SLAVE_ADMIN", // the channel
	"RELOAD", // RESET REPLICA
	"REPLICATION CLIENT", // SHOW REPLICA STATUS
	"SYSTEM_VARIABLES_ADMIN", // log_bin_trust_function_creators, without which functions and triggers need SUPER
	"CREATE USER", // the source's accounts
	"ROLE_ADMIN", // their roles
	"PROCESS", // free names of tables, tablespaces
];

/** Of what comes along, and to be granted to the accounts that do. */
const within = (schemas: readonly string[]) =>
	schemas.map((schema) => `GRANT ALL PRIVILEGES ON ${grantedSchema(schema)}.* TO ${who} WITH GRANT OPTION`);

/**
 * To be run as root on the primary. May be repeated, with more schemas.
 * @param schemas empty for a check, which only reads
 */
export function importAccountSql(password: string, schemas: readonly string[]): string {
	return [
		stateTableSql,
		`CREATE USER IF NOT EXISTS ${who} IDENTIFIED BY ${sqlString(password)} REQUIRE SSL`,
		`ALTER USER ${who} IDENTIFIED BY ${sqlString(password)}`,
		`GRANT ${everywhere.filter((one) => !one.includes("_")).join(", ")} ON *.* TO ${who}`,
		`GRANT ${everywhere.filter((one) => one.includes("_")).join(", ")} ON *.* TO ${who}`,
		`GRANT SELECT ON *.* TO ${who}`,
		`GRANT INSERT, DELETE ON mysql_dr.import_state TO ${who}`,
		...within(schemas),
	].join(";\n");
}

export const dropImportAccountSql = `DROP USER IF EXISTS ${who}`;

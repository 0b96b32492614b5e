/** An account of the source as statements for the target: pure, from what SHOW CREATE USER and SHOW GRANTS print. */
import { grantedSchema, sqlName } from "../mysql/sqlText.ts";
import type { Account } from "./inventory.ts";

export interface CarriedGrants {
	/** To be run once tables and routines are there. */
	readonly statements: readonly string[];
	/** What is not taken over, as the source prints it. */
	readonly leftOut: readonly string[];
}

/**
 * What `print_identified_with_as_hex` and later servers would print, where that setting is not known yet (before 8.0.17):
 * the account in backticks, its password as hexadecimal digits.
 *
 * @param printed from SHOW CREATE USER
 * @param password hexadecimal; empty for none
 */
export function withHexPassword(printed: string, { user, host }: Pick<Account, "user" | "host">, password: string) {
	const [, how = "", rest = ""] =
		/( IDENTIFIED WITH '[^']+')(?: AS '.*?')?( (?:DEFAULT ROLE|REQUIRE) .*)$/s.exec(printed) ?? [];
	const secret = password === "" ? "" : ` AS 0x${password}`;
	return `CREATE USER ${sqlName(user)}@${sqlName(host)}${how}${secret}${rest}`;
}

/**
 * What is said of the account, locked and without its default roles, which may not be there yet.
 * @param shown from SHOW CREATE USER with `print_identified_with_as_hex`, so that a password's salt survives the way
 */
export function lockedAccount(shown: string): string {
	return shown
		.replace(/ DEFAULT ROLE .*? REQUIRE /, " REQUIRE ")
		.replace(/ ACCOUNT UNLOCK(?= PASSWORD |$)/, " ACCOUNT LOCK")
		.replace(/^CREATE USER /, "CREATE USER IF NOT EXISTS ");
}

/** The default roles of the account, as ALTER USER takes them; null without any. */
export function defaultRoles(shown: string): string | null {
	const [, who, roles] = /^CREATE USER (`[^`]*`@`[^`]*`).* DEFAULT ROLE (.*?) REQUIRE /.exec(shown) ?? [];
	return roles === undefined ? null : `ALTER USER ${who} DEFAULT ROLE ${roles}`;
}

/** What is of use within a schema; the rest of what can be granted on everything rules the server. */
const withinSchema = [
	"SELECT",
	"INSERT",
	"UPDATE",
	"DELETE",
	"CREATE",
	"DROP",
	"REFERENCES",
	"INDEX",
	"ALTER",
	"CREATE TEMPORARY TABLES",
	"LOCK TABLES",
	"EXECUTE",
	"CREATE VIEW",
	"SHOW VIEW",
	"CREATE ROUTINE",
	"ALTER ROUTINE",
	"EVENT",
	"TRIGGER",
];

/**
 * What is granted on everything is granted on the imported schemas instead: an application that may write anywhere on its
 * old server must not be able to change the target's accounts or to get past its fence.
 *
 * @param grants the lines of SHOW GRANTS
 */
export function carriedGrants(grants: readonly string[], schemas: readonly string[]): CarriedGrants {
	const statements: string[] = [];
	const leftOut: string[] = [];
	for (const line of grants) {
		const carried = carriedGrant(line, schemas);
		statements.push(...carried.statements);
		if (carried.partly) leftOut.push(line);
	}
	return { statements, leftOut };
}

/** `partly`: something of it is left out. */
function carriedGrant(line: string, schemas: readonly string[]): { statements: readonly string[]; partly: boolean } {
	const nothing = { statements: [], partly: true };
	if (/^GRANT USAGE ON \*\.\* /.test(line)) return { statements: [], partly: false };
	const [, privileges, who] = /^GRANT (.+) ON \*\.\* TO (`[^`]*`@`[^`]*`)/.exec(line) ?? [];
	if (privileges !== undefined && who !== undefined) return everywhere(privileges, who, schemas);
	const [, on, schema] = /^GRANT .+ ON (PROCEDURE |FUNCTION |)`((?:[^`]|``)+)`\.\S/.exec(line) ?? [];
	if (on !== undefined && schema !== undefined) {
		// On a whole schema it is a pattern, and its wildcards are escaped.
		const name = schema.replaceAll("``", "`").replace(/\\([_%\\])/g, "$1");
		return schemas.includes(name) ? { statements: [line], partly: false } : nothing;
	}
	if (/^GRANT `/.test(line) && !line.includes(" ON ")) return { statements: [line], partly: false };
	return nothing;
}

function everywhere(privileges: string, who: string, schemas: readonly string[]) {
	const given = privileges.split(",").map((one) => one.trim().toUpperCase());
	const all = given.includes("ALL PRIVILEGES");
	const kept = all ? ["ALL PRIVILEGES"] : given.filter((one) => withinSchema.includes(one));
	const statements =
		kept.length === 0
			? []
			: schemas.map((schema) => `GRANT ${kept.join(", ")} ON ${grantedSchema(schema)}.* TO ${who}`);
	return { statements, partly: all || kept.length < given.length };
}

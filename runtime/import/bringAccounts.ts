/** The source's accounts: made locked before the load, since objects belong to them; granted after it. */
import type { Row, Session } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";
import { grantLines } from "./facts.ts";
import { carriedGrants, defaultRoles, lockedAccount, withHexPassword } from "./grants.ts";
import type { Account } from "./inventory.ts";

/** Milliseconds. */
const deadlineMs = 20_000;

/** As statements name it. */
export const accountInSql = ({ user, host }: Pick<Account, "user" | "host">): string =>
	`${sqlString(user)}@${sqlString(host)}`;

export async function makeAccounts(source: Session, target: Session, accounts: readonly Account[]): Promise<void> {
	for (const account of accounts) await target.run(lockedAccount(await shown(source, account)), deadlineMs);
}

/** Passwords are told as hexadecimal digits: a salt has bytes that no text survives. */
async function shown(source: Session, account: Account): Promise<string> {
	const who = accountInSql(account);
	const [[setting] = []] = await source.run("SHOW VARIABLES LIKE 'print_identified_with_as_hex'", deadlineMs);
	if (setting !== undefined) {
		const sql = `SET SESSION print_identified_with_as_hex = ON; SHOW CREATE USER ${who}`;
		return onlyValue((await source.run(sql, deadlineMs))[1]);
	}
	const [printed] = await source.run(`SHOW CREATE USER ${who}`, deadlineMs);
	const sql = `SELECT HEX(authentication_string) FROM mysql.user WHERE user = ${sqlString(account.user)} AND host = ${sqlString(account.host)}`;
	const [password] = await source.run(sql, deadlineMs);
	return withHexPassword(onlyValue(printed), account, onlyValue(password));
}

function onlyValue(rows: readonly Row[] = []): string {
	return String(Object.values(rows[0] ?? {})[0] ?? "");
}

/** @returns what is not taken over, as the source prints it */
export async function grantAccounts(
	source: Session,
	target: Session,
	accounts: readonly Account[],
	schemas: readonly string[],
): Promise<readonly string[]> {
	const leftOut: string[] = [];
	const roles: string[] = [];
	for (const account of accounts) {
		const [rows = []] = await source.run(`SHOW GRANTS FOR ${accountInSql(account)}`, deadlineMs);
		const carried = carriedGrants(grantLines(rows), schemas);
		for (const statement of carried.statements) await target.run(statement, deadlineMs);
		leftOut.push(...carried.leftOut);
		const byDefault = defaultRoles(await shown(source, account));
		if (byDefault !== null) roles.push(byDefault);
	}
	for (const statement of roles) await target.run(statement, deadlineMs);
	return leftOut;
}

export async function unlockAccounts(target: Session, accounts: readonly string[]): Promise<void> {
	for (const account of accounts) await target.run(`ALTER USER IF EXISTS ${account} ACCOUNT UNLOCK`, deadlineMs);
}

/** The source's accounts: made locked before the load, since objects belong to them; granted after it. */
import type { Session } from "../mysql/session.ts";
import { sqlString } from "../mysql/sqlText.ts";
import { firstColumn } from "./facts.ts";
import { carriedGrants, defaultRoles, lockedAccount, withHexPassword } from "./grants.ts";
import type { Account } from "./inventory.ts";

/** Milliseconds. */
const deadlineMs = 20_000;

/** As statements name it. */
export const accountInSql = ({ user, host }: Pick<Account, "user" | "host">): string =>
	`${sqlString(user)}@${sqlString(host)}`;

export async function makeAccounts(source: Session, target: Session, accounts: readonly Account[]): Promise<void> {
	const shown = await accountPrinter(source);
	for (const account of accounts) await target.run(lockedAccount(await shown(account)), deadlineMs);
}

/** Passwords are told as hexadecimal digits: a salt has bytes that no text survives. */
async function accountPrinter(source: Session): Promise<(account: Account) => Promise<string>> {
	const ask = async (sql: string) => firstColumn((await source.run(sql, deadlineMs))[0] ?? [])[0] ?? "";
	const known = await ask("SHOW VARIABLES LIKE 'print_identified_with_as_hex'");
	if (known !== "") {
		await source.run("SET SESSION print_identified_with_as_hex = ON", deadlineMs);
		return (account) => ask(`SHOW CREATE USER ${accountInSql(account)}`);
	}
	return async (account) => {
		const which = `user = ${sqlString(account.user)} AND host = ${sqlString(account.host)}`;
		const password = await ask(`SELECT HEX(authentication_string) FROM mysql.user WHERE ${which}`);
		return withHexPassword(await ask(`SHOW CREATE USER ${accountInSql(account)}`), account, password);
	};
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
	const shown = await accountPrinter(source);
	for (const account of accounts) {
		const [rows = []] = await source.run(`SHOW GRANTS FOR ${accountInSql(account)}`, deadlineMs);
		const carried = carriedGrants(firstColumn(rows), schemas);
		for (const statement of carried.statements) await target.run(statement, deadlineMs);
		leftOut.push(...carried.leftOut);
		const byDefault = defaultRoles(await shown(account));
		if (byDefault !== null) roles.push(byDefault);
	}
	for (const statement of roles) await target.run(statement, deadlineMs);
	return leftOut;
}

export async function unlockAccounts(target: Session, accounts: readonly string[]): Promise<void> {
	for (const account of accounts) await target.run(`ALTER USER IF EXISTS ${account} ACCOUNT UNLOCK`, deadlineMs);
}

/** Who may log in to a clone: root and the application, with passwords of the clone's own, and nobody that production knows. Pure. */
import { ourAccounts, renewSomeSql } from "../instance/accountsSql.ts";
import { sqlString } from "../mysql/sqlText.ts";
import { scratchUser } from "../scratch/scratchAccount.ts";

/** The entries of the clone's Secret. */
export const cloneAccounts = ["root", "app"] as const;

export type ClonePasswords = Readonly<Record<(typeof cloneAccounts)[number], string>>;

/** As the copy brings it. */
export interface FoundAccount {
	readonly user: string;
	readonly host: string;
	readonly locked: boolean;
}

export interface AccountWish {
	readonly passwords: ClonePasswords;
	/** The application's. */
	readonly schema: string;
	/** The user's own accounts can log in, with the passwords that they have in production. */
	readonly keep: boolean;
}

export interface AccountChanges {
	/** One text for one session; nothing of it gets a GTID. */
	readonly sql: string;
	/** The user's own accounts, as `user@host`. */
	readonly locked: readonly string[];
	readonly kept: readonly string[];
}

/** All that the scratch server's session reads before. */
export const foundAccountsSql = "SELECT user, host, account_locked FROM mysql.user ORDER BY user, host";

export function accountChanges(
	found: readonly FoundAccount[],
	{ passwords, schema, keep }: AccountWish,
): AccountChanges {
	const ours = new Set(ourAccounts([schema]).map(({ name, host }) => shown({ user: name, host })));
	const stays = new Set(cloneAccounts.flatMap((name) => [`${name}@%`, `${name}@localhost`]));
	const isOurs = (one: FoundAccount) => ours.has(shown(one)) || one.user.startsWith(ownPrefix);
	const dropped = found.filter((one) => isOurs(one) && !stays.has(shown(one)) && one.user !== scratchUser);
	const users = found.filter((one) => !isOurs(one) && !one.locked);
	const lines = [
		...dropped.map((one) => `DROP USER ${who(one)};\n`),
		...(keep ? [] : users.map((one) => `ALTER USER ${who(one)} ACCOUNT LOCK;\n`)),
	];
	return {
		sql: `${renewSomeSql(passwords, cloneAccounts, [schema])}${lines.join("")}`,
		locked: keep ? [] : users.map(shown),
		kept: keep ? users.map(shown) : [],
	};
}

/** Of accounts that we make for a while: an import's. */
const ownPrefix = "mysql_dr_";

const shown = ({ user, host }: Pick<FoundAccount, "user" | "host">) => `${user}@${host}`;
const who = ({ user, host }: FoundAccount) => `${sqlString(user)}@${sqlString(host)}`;

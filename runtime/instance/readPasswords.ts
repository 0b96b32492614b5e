/** Reads the mounted Secret of passwords. */
import { readFile } from "node:fs/promises";
import { UserError } from "../../objectives/error.ts";
import { type AccountName, accountNames, type Passwords, passwordFault } from "../credentials/accounts.ts";

const remedy = "see docs for what an existing Secret must hold, or leave it out to have one made";

/**
 * One file an account in `folder`.
 * @throws UserError naming the key (never the value) that is missing or cannot be used.
 */
export async function readPasswords(folder: string): Promise<Passwords> {
	const entries = await Promise.all(
		accountNames.map(async (account) => [account, await readPassword(folder, account)]),
	);
	return Object.fromEntries(entries) as Passwords;
}

/**
 * The password of one account, from the file of that name in `folder`.
 * @throws UserError naming the key (never the value) that is missing or cannot be used.
 */
export async function readPassword(folder: string, account: AccountName): Promise<string> {
	const field = `secret mysql-credentials, key ${account}`;
	let password: string;
	try {
		password = await readFile(`${folder}/${account}`, "utf8");
	} catch (cause) {
		throw new UserError({
			field,
			value: undefined,
			wrong: `is missing (${(cause as NodeJS.ErrnoException).code})`,
			remedy: `add it; ${remedy}`,
		});
	}
	const wrong = passwordFault(account, password);
	if (wrong === undefined) return password;
	throw new UserError({ field, value: undefined, wrong, remedy: `replace it; ${remedy}` });
}

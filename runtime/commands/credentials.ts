/** `mysql-dr credentials`: a password, for eyes at a terminal; for a pipe only when that is said. */
import { UserError } from "../../objectives/error.ts";
import { FailedError, Refusal } from "../exit.ts";
import { clusterAccess } from "../kubernetes/access.ts";
import { readSettings } from "../kubernetes/declared.ts";
import type { Context, Result, SharedOptions } from "./context.ts";

export interface CredentialsOptions extends SharedOptions {
	readonly reveal?: boolean;
}

export async function credentials(
	{ terminal }: Context,
	options: CredentialsOptions,
	account?: string,
): Promise<Result> {
	const access = clusterAccess(options);
	const name = (await readSettings(access)).credentialsSecret;
	const secret = await access.secret(name);
	if (secret === null) throw new FailedError(`there is no Secret ${name} in namespace ${access.namespace} yet`);
	const accounts = Object.keys(secret.data ?? {}).sort();
	if (account === undefined) return { exit: "done", document: { accounts }, lines: accounts };
	const value = secret.data?.[account];
	if (value === undefined) throw unknownAccount(account, accounts);
	if (!terminal.interactive && !options.reveal) {
		throw new Refusal("a password would go to a pipe or a file", "add --reveal if that is what you want");
	}
	const password = Buffer.from(value, "base64").toString("utf8");
	return { exit: "done", document: { account, password }, lines: [password] };
}

function unknownAccount(account: string, known: readonly string[]): UserError {
	return new UserError({
		field: "account",
		value: account,
		wrong: `there is no account "${account}"`,
		remedy: `choose one of ${known.join(", ")}`,
	});
}

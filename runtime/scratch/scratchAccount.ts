/** The account that we use where a scratch server has grant tables: ours alone, from its start to its stop. */
import { randomBytes } from "node:crypto";
import { sqlString } from "../mysql/sqlText.ts";

export interface ScratchAccount {
	readonly user: string;
	readonly password: string;
}

/** A name that no archive has a statement about. */
export const scratchUser = "mysql_dr_scratch";

const who = `${sqlString(scratchUser)}@'localhost'`;

export const newScratchAccount = (): ScratchAccount => ({
	user: scratchUser,
	password: randomBytes(24).toString("base64url"),
});

/** The init file: one statement a line. Whoever was killed before left the account behind. */
export function scratchInit({ password }: ScratchAccount, readOnly: boolean): string {
	return [
		"SET SESSION sql_log_bin = 0",
		`DROP USER IF EXISTS ${who}`,
		`CREATE USER ${who} IDENTIFIED WITH caching_sha2_password BY ${sqlString(password)}`,
		`GRANT ALL ON *.* TO ${who} WITH GRANT OPTION`,
		// Before anybody can connect, and after what it would have refused.
		...(readOnly ? ["SET GLOBAL super_read_only = ON"] : []),
		"",
	].join(";\n");
}

/** What stop() runs, so that the copy is as it would be without us. */
export const dropScratchAccount = `SET GLOBAL super_read_only = OFF; SET SESSION sql_log_bin = 0; DROP USER IF EXISTS ${who}`;

/** The MySQL accounts of one database: a key each in the Secret `mysql-credentials`. */

/**
 * - `root`: local to the pod, for people in an emergency
 * - `watchdog`: failover (privileges in instance/accounts.ts)
 * - `replication`: what receivers log in with
 * - `clone`: what a new replica logs in to its donor with
 * - `monitor`: probes and the metrics exporter
 * - `archive`: the archiver: reads binary logs, and purges what is archived
 * - `backup`: dumps, and comparisons of a restored copy with a replica
 * - `app`: the application, on its own schema alone
 * - `drill`: workload of drills, on `mysql_dr_drill` alone
 */
export const accountNames = [
	"root",
	"watchdog",
	"replication",
	"clone",
	"monitor",
	"archive",
	"backup",
	"app",
	"drill",
] as const;

export type AccountName = (typeof accountNames)[number];

export type Passwords = Readonly<Record<AccountName, string>>;

/** CHANGE REPLICATION SOURCE and START REPLICA refuse a longer one (error 1470). */
const longestPassword = 32;

/**
 * What is wrong with a password, or undefined. Control characters are refused because most often they are
 * the newline of `echo password | base64`, which no client would send; others than ASCII because the init
 * file of `mysqld --initialize` has no character set of its own.
 */
export function passwordFault(account: AccountName, password: string): string | undefined {
	if (password === "") return "is empty";
	if (/[\r\n]$/.test(password)) return "ends with a newline";
	if (!/^[\x20-\x7e]*$/.test(password)) return "has characters other than printable ASCII";
	const limited = account === "replication" || account === "clone";
	if (limited && password.length > longestPassword) {
		return `is longer than ${longestPassword} characters, more than replication takes`;
	}
	return undefined;
}

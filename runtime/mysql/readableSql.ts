/** Transactions as readable SQL, by mysqlbinlog, from an instance that may have been fenced. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { execa } from "execa";
import { clientOptions } from "./clientOptions.ts";
import { formatGtidSet, type GtidSet } from "./gtidSet.ts";
import type { Login, Target } from "./session.ts";

export interface Wanted {
	readonly target: Target;
	readonly login: Login;
	/** The oldest binary log to read from. */
	readonly firstLog: string;
	readonly transactions: GtidSet;
	readonly deadlineMs: number;
}

/**
 * Compressed (gzip) as it comes, beside the event loop: who leads must go on renewing its lease.
 *
 * @throws when mysqlbinlog cannot read them all. The password goes by a file that only we can read.
 */
export async function readableSql(wanted: Wanted): Promise<Buffer> {
	const folder = await mkdtemp(join(tmpdir(), "surplus-"));
	try {
		const options = join(folder, "client.cnf");
		const ca = join(folder, "ca.crt");
		await writeFile(ca, wanted.login.ca);
		await writeFile(options, clientOptions(wanted, ca), { mode: 0o600 });
		const reading = execa(
			"mysqlbinlog",
			[
				`--defaults-extra-file=${options}`,
				"--read-from-remote-server",
				"--to-last-log",
				"--verbose",
				"--base64-output=DECODE-ROWS",
				`--include-gtids=${formatGtidSet(wanted.transactions)}`,
				wanted.firstLog,
			],
			{ timeout: wanted.deadlineMs, buffer: { stdout: false } },
		);
		const [sqlGz] = await Promise.all([buffer(reading.stdout.pipe(createGzip())), reading]);
		return sqlGz;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

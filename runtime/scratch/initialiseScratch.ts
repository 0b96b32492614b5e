/** An empty data directory for a scratch server. */
import { mkdir, rm } from "node:fs/promises";
import { lastLines, startMysqld } from "./mysqldProcess.ts";
import { scratchPaths } from "./scratchCnf.ts";

/**
 * What is there already is removed.
 * @param folder as {@link ScratchOptions.folder}
 * @throws with mysqld's last words
 */
export async function initialiseScratch(folder: string, signal?: AbortSignal): Promise<void> {
	const { data, temporary, log } = scratchPaths(folder);
	await rm(data, { recursive: true, force: true });
	await mkdir(folder, { recursive: true, mode: 0o700 });
	await mkdir(temporary, { recursive: true });
	const options = [
		"--no-defaults",
		"--initialize-insecure",
		`--datadir=${data}`,
		`--tmpdir=${temporary}`,
		"--disable-log-bin",
		"--loose-mysqlx=OFF",
		"--auto-generate-certs=OFF",
		"--log-error-verbosity=1",
		// A folder that is only half there after a crash is made again.
		"--innodb-flush-log-at-trx-commit=0",
		"--innodb-doublewrite=OFF",
		...(process.getuid?.() === 0 ? ["--user=root"] : []),
	];
	const mysqld = await startMysqld(options, log, signal);
	const { code } = await mysqld.end;
	signal?.throwIfAborted();
	if (code !== 0) throw new Error(`mysqld could not initialise ${data}: ${await lastLines(log)}`);
}

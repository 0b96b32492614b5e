/** What people do without a restore of ours: a dump is loaded, and `mysqlbinlog | mysql` replays what came after. */
import { execa } from "execa";
import { formatGtidSet } from "../runtime/mysql/gtidSet.ts";
import { executed } from "../runtime/restore/replay.ts";
import { differences, type TableSum, tableSums } from "../runtime/restore/tableSums.ts";
import type { ScratchServer } from "../runtime/scratch/scratchServer.ts";

/** Settings of the server that a peer fills. */
export const manners = {
	/** As a server is without anybody's tuning, and as it must be when it takes writes again: binary log, all synced. */
	"as servers are": [
		"log_bin = binlog",
		"sync_binlog = 1",
		"innodb_flush_log_at_trx_commit = 1",
		"innodb_doublewrite = ON",
		"innodb_flush_method = O_DIRECT",
	],
	/** Spared what a restore spares itself: no binary log, nothing synced. */
	"nothing synced": [],
} as const;

export type Manner = keyof typeof manners;

const dumpOptions = ["--single-transaction", "--set-gtid-purged=OFF", "--no-tablespaces", "--databases", "sbtest"];

export async function dumpTo({ clientOptions }: ScratchServer, file: string): Promise<void> {
	await execa("mysqldump", [`--defaults-file=${clientOptions}`, ...dumpOptions], {
		stdout: { file },
		buffer: { stdout: false },
	});
}

export async function loadDump({ clientOptions }: ScratchServer, file: string): Promise<void> {
	await execa("mysql", [`--defaults-file=${clientOptions}`], { inputFile: file, buffer: { stdout: false } });
}

export async function replayBinlogs({ clientOptions }: ScratchServer, logs: readonly string[]): Promise<void> {
	const reading = execa("mysqlbinlog", [...logs], { buffer: { stdout: false } });
	await reading.pipe("mysql", [`--defaults-file=${clientOptions}`, "--binary-mode"], { buffer: { stdout: false } });
}

/** @throws Error where it holds other data: then nothing was compared */
export async function checkSame(what: string, sums: readonly TableSum[], { session }: ScratchServer): Promise<void> {
	const found = differences(await tableSums(session), sums);
	if (found.length === 0) return;
	const held = formatGtidSet(await executed(session));
	throw new Error(`${what} is not the same (${held}): ${JSON.stringify(found)}`);
}

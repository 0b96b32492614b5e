/** The data directory of an instance, on a volume that was made from a snapshot of its own, as a restored copy's. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { scratchPaths } from "../scratch/scratchCnf.ts";
import { type GivenSnapshot, snapshotBase } from "./base.ts";
import { UnusableBase } from "./restoreData.ts";

/** A snapshot that is there to begin with. */
export interface SnapshotData {
	readonly snapshot: GivenSnapshot;
	/** The instance's data directory, on the volume that the copy is made on. */
	readonly data: string;
}

/**
 * Nothing is copied. What is in it stays as the snapshot cut it, binary logs and all: a transaction that was about to
 * commit, or that left a trace in the binary log alone, is there only if mysqld recovers with them.
 * @returns seconds that it took
 * @throws UnusableBase where no instance's data lie there
 */
export async function takeSnapshotData({ snapshot, data }: SnapshotData, folder: string): Promise<number> {
	const began = performance.now();
	const own = scratchPaths(folder).data;
	if (!existsSync(join(data, "mysql.ibd"))) {
		throw new UnusableBase(snapshotBase(snapshot), [`there is no data directory of MySQL in ${data}`]);
	}
	await mkdir(dirname(own), { recursive: true, mode: 0o700 });
	await rm(own, { recursive: true, force: true });
	await rename(data, own);
	// A copy is another server than the one that it was copied from.
	await rm(join(own, "auto.cnf"), { force: true });
	return (performance.now() - began) / 1000;
}

/** For what is restored in its place. */
export async function dropSnapshotData({ data }: SnapshotData): Promise<void> {
	await rm(data, { recursive: true, force: true });
}

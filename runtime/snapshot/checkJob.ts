/** `mysql-dr job check-snapshot <name>`: in a pod whose volume was made of that snapshot. */
import { poolWithin, runPodJob } from "../backup/jobScene.ts";
import { checkSnapshot } from "./checkSnapshot.ts";

/** Beside every other job: nobody else sees this volume. */
export function runCheckSnapshotJob(snapshot: string): Promise<void> {
	return runPodJob(({ paths, tell, signal }) =>
		checkSnapshot({
			snapshot,
			folder: paths.volume,
			bufferPool: poolWithin(process.constrainedMemory()),
			tell,
			signal,
		}),
	);
}

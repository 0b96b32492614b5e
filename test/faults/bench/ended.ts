/** Waiting for the end of a process that need not be a child of ours; Ctrl-C does not end the wait, cleaning up needs it. */
import { setTimeout as sleep } from "node:timers/promises";
import { markOf, runs } from "../../../local/site/process.ts";

/** @throws Error when it still runs after this many seconds. */
export async function ended(pid: number, seconds: number): Promise<void> {
	const mark = markOf(pid);
	if (mark === undefined) return;
	for (const end = performance.now() + seconds * 1000; runs(mark); await sleep(20)) {
		if (performance.now() > end) throw new Error(`process ${pid} still runs after ${seconds} s`);
	}
}

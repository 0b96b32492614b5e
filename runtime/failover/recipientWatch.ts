/**
 * A clone is one statement that lasts for hours, and a host that vanishes meanwhile says nothing: its end would be
 * waited for until its limit, and the instance left alone until then.
 */
import type { Session } from "../mysql/session.ts";
import type { Clock } from "./clock.ts";

/** Between two questions. */
const lookMs = 5000;
/** A server that copies at full speed may be slow to answer, but not as slow as this. */
const silenceMs = 30_000;
/** What ends the server ends its sessions in any order: the work itself is to say how it ended. */
const lastWordMs = 2000;

/** @throws when the server process that `beside` is connected to has gone before the work on it ended. */
export async function whileItLives(work: Promise<void>, beside: Session, clock: Clock): Promise<void> {
	const over = new AbortController();
	// Whoever loses the race must not end the process.
	const ended = work.finally(() => over.abort(null));
	ended.catch(() => {});
	await Promise.race([ended, untilGone(beside, clock, over.signal)]);
	await ended;
}

async function untilGone(beside: Session, clock: Clock, over: AbortSignal): Promise<void> {
	while (!over.aborted) {
		await clock.sleep(lookMs, over);
		if (over.aborted) return;
		try {
			await beside.run("SELECT 1", silenceMs);
		} catch (error) {
			await clock.sleep(lastWordMs, over);
			if (over.aborted) return;
			throw new Error(`it went away while it was copied to: ${(error as Error).message}`);
		}
	}
}

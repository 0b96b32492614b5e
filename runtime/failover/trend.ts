/** What several readings of one instance tell that one does not: whether anything moves. Pure. */
import { count } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";

/** Milliseconds, each up to the newest reading. */
export interface Trend {
	/** It answered every probe. */
	readonly answersMs: number;
	/** Commits waited and none finished. */
	readonly stuckMs: number;
}

/** When an instance was asked and when it had answered: what it said was so at some moment in between. */
export interface Asked {
	readonly asked: number;
	readonly answered: number;
}

/** The newest reading, and since when what it shows is so, at the latest. */
export interface Course {
	readonly reading: Reading;
	readonly asked: number;
	readonly answersSince: number;
	readonly stuckSince: number | null;
}

/** @param unbroken false when a probe in between had no answer */
export function follow(before: Course | null, reading: Reading, when: Asked, unbroken: boolean): Course {
	const same = before !== null && before.reading.uuid === reading.uuid && !restarted(before.reading, reading);
	return {
		reading,
		asked: when.asked,
		answersSince: same && unbroken ? before.answersSince : when.answered,
		stuckSince: stuckSince(same ? before : null, reading, when.answered),
	};
}

export function trend(course: Course): Trend {
	const { asked, answersSince, stuckSince } = course;
	const since = (moment: number) => Math.max(0, asked - moment);
	return { answersMs: since(answersSince), stuckMs: stuckSince === null ? 0 : since(stuckSince) };
}

function stuckSince(before: Course | null, reading: Reading, answered: number): number | null {
	if (reading.committing === 0 && reading.waitingCommits === 0) return null;
	if (before === null || moved(before.reading, reading)) return answered;
	return before.stuckSince ?? answered;
}

/**
 * A commit finished; or one is being written that is so large that all others queue behind it. While one waits for an
 * acknowledgement the others still write theirs: then the binary log says nothing.
 */
function moved(before: Reading, now: Reading): boolean {
	const finished = count(now.executed) !== count(before.executed);
	return finished || (now.waitingCommits === 0 && now.binlogBytes !== before.binlogBytes);
}

function restarted(before: Reading, now: Reading): boolean {
	return now.uptimeSeconds < before.uptimeSeconds;
}

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

/** The newest reading, and since when what it shows is so; times are those of the questions. */
export interface Course {
	readonly reading: Reading;
	readonly at: number;
	readonly answersSince: number;
	readonly stuckSince: number | null;
}

/** @param unbroken false when a probe in between had no answer */
export function follow(before: Course | null, reading: Reading, at: number, unbroken: boolean): Course {
	const same = before !== null && before.reading.uuid === reading.uuid && !restarted(before.reading, reading);
	return {
		reading,
		at,
		answersSince: same && unbroken ? before.answersSince : at,
		stuckSince: stuckSince(same ? before : null, reading, at),
	};
}

export function trend(course: Course): Trend {
	const { at, answersSince, stuckSince } = course;
	return { answersMs: at - answersSince, stuckMs: stuckSince === null ? 0 : at - stuckSince };
}

function stuckSince(before: Course | null, reading: Reading, at: number): number | null {
	if (reading.committing === 0 && reading.waitingCommits === 0) return null;
	if (before === null || moved(before.reading, reading)) return at;
	return before.stuckSince ?? at;
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

/** What several readings of one instance tell that one does not: whether anything moves. Pure. */
import { contains, count } from "../mysql/gtidSet.ts";
import type { Reading } from "../mysql/reading.ts";

/** Milliseconds, each up to the newest reading. */
export interface Trend {
	/** It answered every probe. */
	readonly answersMs: number;
	/** Commits waited and none finished. */
	readonly stuckMs: number;
	/** Its applier stops with an error however often it is started, and gets no further. */
	readonly brokenMs: number;
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
	readonly brokenSince: number | null;
}

/** @param unbroken false when a probe in between had no answer */
export function follow(before: Course | null, reading: Reading, when: Asked, unbroken: boolean): Course {
	const same = before !== null && before.reading.uuid === reading.uuid && !restarted(before.reading, reading);
	return {
		reading,
		asked: when.asked,
		answersSince: same && unbroken ? before.answersSince : when.answered,
		stuckSince: stuckSince(same ? before : null, reading, when.answered),
		brokenSince: brokenSince(same ? before : null, reading, when.answered),
	};
}

export function trend(course: Course): Trend {
	const { asked, answersSince, stuckSince, brokenSince } = course;
	const since = (moment: number | null) => (moment === null ? 0 : Math.max(0, asked - moment));
	return { answersMs: since(answersSince), stuckMs: since(stuckSince), brokenMs: since(brokenSince) };
}

function stuckSince(before: Course | null, reading: Reading, answered: number): number | null {
	if (reading.committing === 0 && reading.waitingCommits === 0) return null;
	if (before === null || moved(before.reading, reading)) return answered;
	return before.stuckSince ?? answered;
}

/** Started again, it shows no error until it comes to the same place. */
function brokenSince(before: Course | null, reading: Reading, answered: number): number | null {
	const { applier, executed, retrieved } = reading;
	if (applier === null || (applier.running && contains(executed, retrieved))) return null;
	const same = before !== null && count(before.reading.executed) === count(executed);
	if (same && before.brokenSince !== null) return before.brokenSince;
	return applier.errno === 0 ? null : answered;
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

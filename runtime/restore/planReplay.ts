/** Which segments lead from what a copy holds to a cut in the history. Pure. */
import {
	contains,
	count,
	type GtidSet,
	intersect,
	isEmpty,
	overlap,
	parseGtidSet,
	subtract,
	union,
	unionOf,
} from "../mysql/gtidSet.ts";
import type { Cut } from "./cut.ts";
import { type History, type HistorySegment, orphanedAfter } from "./history.ts";

/** A segment of which something is to be applied. */
export interface PlannedSegment {
	readonly segment: HistorySegment;
	/** Exactly these of its transactions. */
	readonly take: GtidSet;
}

export interface Replay {
	readonly segments: readonly PlannedSegment[];
	/** All that the copy holds at the end. */
	readonly gtids: GtidSet;
}

/** The archive does not lead on. */
export interface Broken {
	/** The first segment that cannot be applied, or that is not there. */
	readonly at: number;
	readonly why: string;
	/** How far it leads: the last segment before, if any. */
	readonly before: HistorySegment | null;
}

/** @param base all that the copy holds, orphans not among it */
export function planReplay(base: GtidSet, history: History, cut: Cut): Replay | Broken {
	const segments: PlannedSegment[] = [];
	let executed = base;
	let before: HistorySegment | null = null;
	let broken = beforeArchive(base, history);
	for (const segment of history.segments) {
		if (broken !== null || segment.number > cut.through) break;
		const take = subtract(wantedOf(segment, cut), executed);
		if (!isEmpty(take)) {
			broken = breakBefore(segment, { executed, history, since: before });
			segments.push({ segment, take });
			executed = union(executed, take);
		}
		before = segment;
	}
	return broken ?? holeBeyond(history, cut, executed, before) ?? { segments, gtids: executed };
}

function wantedOf({ number, fresh }: HistorySegment, { through, chosen }: Cut): GtidSet {
	return number === through && chosen !== null ? intersect(fresh, chosen) : fresh;
}

/** A copy that is older than the archive's beginning lacks what lies between, whatever is wanted. */
function beforeArchive(base: GtidSet, history: History): Broken | null {
	const [first] = history.segments;
	if (first === undefined) return null;
	const missing = subtract(subtract(first.after, base), everOrphaned(history));
	if (isEmpty(missing)) return null;
	return { at: first.number, why: `segment ${first.number}, the first, follows on ${lacking(missing)}`, before: null };
}

/**
 * The same up to a set that a replica holds, which is the history up to somewhere.
 * @returns null where not all of it is archived yet
 */
export function planToSet(base: GtidSet, history: History, wanted: GtidSet): Replay | Broken | null {
	const segments = history.segments.map((segment) => ({ ...segment, fresh: intersect(segment.fresh, wanted) }));
	const archived = unionOf([base, ...segments.map(({ fresh }) => fresh)]);
	if (!contains(archived, wanted)) return null;
	return planReplay(base, { ...history, segments }, { through: segments.at(-1)?.number ?? 0, chosen: wanted });
}

interface Standing {
	readonly executed: GtidSet;
	readonly history: History;
	/** The segment before, all of which is in `executed`. */
	readonly since: HistorySegment | null;
}

function breakBefore(segment: HistorySegment, { executed, history, since }: Standing): Broken | null {
	const { number, header, after } = segment;
	const hole = history.holes.find((h) => h.number < number && h.number > (since?.number ?? 0));
	const missing = subtract(subtract(after, executed), everOrphaned(history));
	if (!isEmpty(missing)) {
		const why = hole === undefined ? `segment ${number} follows on ${lacking(missing)}` : damage(hole);
		return { at: hole?.number ?? number, why, before: since };
	}
	const gap = header.gap;
	if (gap !== null && !crosses(executed, segment, gap.missing)) {
		const what = gap.missing === "" ? "transactions" : lacking(parseGtidSet(gap.missing));
		return {
			at: number,
			why: `before segment ${number} the archive has a gap: ${what} were never archived`,
			before: since,
		};
	}
	return null;
}

/** What a copy holds of what comes after a gap proves that it holds what lay in the gap: copies are taken in order. */
function crosses(executed: GtidSet, { fresh }: HistorySegment, missing: string): boolean {
	const known = parseGtidSet(missing);
	if (!contains(executed, known)) return false;
	return !isEmpty(known) || overlap(fresh, executed);
}

const damage = ({ number, reason }: { number: number; reason: string }) =>
	`segment ${number} cannot be used (${reason})`;

function lacking(set: GtidSet): string {
	const transactions = count(set);
	return transactions === 1 ? "one transaction that is missing" : `${transactions} transactions that are missing`;
}

/** The newest segments are not there: nothing after them shows that they would be needed. */
function holeBeyond(history: History, cut: Cut, executed: GtidSet, before: HistorySegment | null): Broken | null {
	const last = history.segments.at(-1);
	if (last !== undefined && cut.through < last.number) return null;
	const beyond = history.holes.find(({ number }) => number > (last?.number ?? 0));
	// Whoever asks for a transaction or a time that is archived gets it; only "latest" would be less than it says.
	if (beyond === undefined || cut.chosen !== null || isEmpty(executed)) return null;
	return { at: beyond.number, why: damage(beyond), before };
}

function everOrphaned(history: History): GtidSet {
	return orphanedAfter(history.orphans, 0);
}

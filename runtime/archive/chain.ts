/** How segments follow one another: the proof that nothing lies between them that was not archived. Pure. */
import {
	contains,
	emptySet,
	equals,
	formatGtidSet,
	type GtidSet,
	parseGtidSet,
	subtract,
	union,
} from "../mysql/gtidSet.ts";
import type { HeaderLine } from "./headerLine.ts";
import type { Orphans, SegmentHeader } from "./segment.ts";

/** Where a chain has got to. */
export interface ChainEnd {
	/** 0 before the first. */
	readonly number: number;
	/** Of the last header's line. */
	readonly hash: string | null;
	readonly term: number;
	/** What comes next follows on this: all that was archived or lies before the archive's beginning, without orphans. */
	readonly position: GtidSet;
	/** The part of it that no failover can take back: without what was read from a primary and confirmed by nobody since. */
	readonly confirmed: GtidSet;
	/** What the last segments were read provisionally, no replica having confirmed it since. */
	readonly provisional: boolean;
	/** Microseconds since 1970; null while no transaction was archived. */
	readonly lastCommit: number | null;
}

export const chainStart: ChainEnd = {
	number: 0,
	hash: null,
	term: 0,
	position: emptySet,
	confirmed: emptySet,
	provisional: false,
	lastCommit: null,
};

/** Where a chain begins that lacks what retention has let go: what its first segment says of what came before is believed. */
export function startBefore({ header }: HeaderLine): ChainEnd {
	const position = parseGtidSet(header.after);
	const { number, previous: hash, term } = header;
	return { ...chainStart, number: number - 1, hash, term, position, confirmed: position };
}

/** The end when `line` has been added. What the line itself says of what came before is believed. */
export function follow({ header, hash }: HeaderLine, before: ChainEnd): ChainEnd {
	const added = union(parseGtidSet(header.gtids), parseGtidSet(header.gap?.missing ?? ""));
	const after = parseGtidSet(header.after);
	const position = union(after, added);
	return {
		number: header.number,
		hash,
		term: header.term,
		position,
		confirmed: header.provisional ? subtractOrphaned(before.confirmed, after, before) : position,
		provisional: header.provisional,
		lastCommit: header.lastCommit ?? before.lastCommit,
	};
}

/** What was confirmed stays so unless a failover orphaned it, which `after` shows. At the beginning, `after` is what lies before. */
function subtractOrphaned(confirmed: GtidSet, after: GtidSet, { number }: ChainEnd): GtidSet {
	return number === 0 ? after : subtract(confirmed, subtract(confirmed, after));
}

/**
 * What a later term went on without belongs to the archive no longer; a server that was cloned anew may give its numbers
 * again, to other transactions.
 */
export function withoutOrphans(end: ChainEnd, orphans: readonly Orphans[], term: number): ChainEnd {
	const lost = orphans.filter((o) => o.term > end.term && o.term <= term).map(({ gtids }) => parseGtidSet(gtids));
	if (lost.length === 0) return end;
	const all = union(...lost);
	return { ...end, position: subtract(end.position, all), confirmed: subtract(end.confirmed, all) };
}

/** A place where something is lost: the source had purged it before it was archived. */
export interface Gap {
	readonly number: number;
	readonly missing: GtidSet;
}

/** A place where the archive is not what was written, or not all of it. */
export interface Break {
	readonly number: number;
	readonly reason: string;
}

export interface Joined {
	/** All that is archived without a break, orphans left out, from what lies before the first of the segments on. */
	readonly through: GtidSet;
	/** Without what no replica has confirmed. */
	readonly confirmed: GtidSet;
	readonly gaps: readonly Gap[];
	readonly breaks: readonly Break[];
	/** Behind the last segment, breaks or not. */
	readonly end: ChainEnd;
}

/**
 * Whether these segments join: numbers without a hole, each knowing the one before by its hash, each beginning where that one ended.
 * @param lines in the order of their numbers; not from the first on, what lies before is believed
 */
export function joins(lines: readonly HeaderLine[], orphans: readonly Orphans[]): Joined {
	const gaps: Gap[] = [];
	const breaks: Break[] = [];
	let end = chainStart;
	let sound = chainStart;
	for (const line of lines) {
		const { header } = line;
		const before = withoutOrphans(end, orphans, header.term);
		const reason = line === lines[0] ? fault(header, null) : fault(header, before);
		if (reason !== null) breaks.push({ number: header.number, reason });
		if (header.gap !== null) gaps.push({ number: header.number, missing: parseGtidSet(header.gap.missing) });
		end = follow(line, before);
		if (breaks.length === 0) sound = end;
	}
	const { position, confirmed } = withoutOrphans(sound, orphans, Number.POSITIVE_INFINITY);
	return { through: subtract(position, lost(gaps)), confirmed: subtract(confirmed, lost(gaps)), gaps, breaks, end };
}

const lost = (gaps: readonly Gap[]): GtidSet => union(...gaps.map(({ missing }) => missing));

/** @param before null where it is not known */
function fault(header: SegmentHeader, before: ChainEnd | null): string | null {
	if (before === null) {
		return header.number === 1 && header.previous !== null ? "it is the first, and names one before it" : null;
	}
	if (header.number !== before.number + 1) return missing(before.number + 1, header.number - 1);
	if (header.previous !== before.hash) return `it does not follow on the segment ${before.number} that is there`;
	if (header.term < before.term) return `its term ${header.term} is before ${before.term}`;
	const after = parseGtidSet(header.after);
	return equals(after, before.position) ? null : difference(after, before.position);
}

function missing(first: number, last: number): string {
	if (last < first) return `segment ${first} was to come`;
	return first === last ? `segment ${first} is missing` : `the segments ${first} to ${last} are missing`;
}

function difference(after: GtidSet, position: GtidSet): string {
	const beyond = subtract(after, position);
	return contains(position, after)
		? `it begins before the end of the one before: ${formatGtidSet(subtract(position, after))}`
		: `between it and the one before is lacking: ${formatGtidSet(beyond)}`;
}

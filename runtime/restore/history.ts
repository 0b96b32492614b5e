/** What the stores' archives hold together, in the order in which it happened. Pure. */
import type { Orphans, SegmentHeader } from "../archive/segment.ts";
import { type GtidSet, parseGtidSet, subtract, union, unionOf } from "../mysql/gtidSet.ts";

/** One store's archive, as far as headers tell. */
export interface StoredArchive {
	readonly store: string;
	readonly headers: readonly SegmentHeader[];
	/** Objects that have a segment's key and cannot be read as one. */
	readonly damaged: readonly DamagedSegment[];
	readonly orphans: readonly Orphans[];
	/** Segments before the first of `headers` were not read. */
	readonly partly: boolean;
}

export interface DamagedSegment {
	readonly number: number;
	readonly reason: string;
}

export interface HistorySegment {
	readonly number: number;
	readonly header: SegmentHeader;
	/** Stores that have it, in the order in which they are asked. */
	readonly stores: readonly string[];
	/** What was archived before it. */
	readonly after: GtidSet;
	/** The transactions in it that belong to the history and are in no segment before: no orphans, nothing twice. */
	readonly fresh: GtidSet;
}

/** A segment that no store has whole. */
export interface Hole {
	readonly number: number;
	readonly reason: string;
}

export interface History {
	readonly segments: readonly HistorySegment[];
	readonly holes: readonly Hole[];
	/**
	 * The newest segments, read from a primary that no replica confirmed: its commits were not acknowledged, and whether
	 * they belong to the history is not known yet. Nothing of them is restored.
	 */
	readonly provisional: readonly HistorySegment[];
	readonly orphans: readonly Orphans[];
	/** There may be more before its first segment. */
	readonly partly: boolean;
	/** What is wrong in one store and right in another. */
	readonly notes: readonly string[];
}

/** @param archives in the order in which they are to be read from */
export function historyOf(archives: readonly StoredArchive[]): History {
	const orphans = distinctOrphans(archives);
	const merged = merge(archives);
	const segments = withFresh(merged, orphans);
	const certain = segments.findLastIndex(({ header }) => !header.provisional) + 1;
	return {
		segments: segments.slice(0, certain),
		provisional: segments.slice(certain),
		holes: holes(merged, archives),
		orphans,
		partly: archives.some(({ partly }) => partly),
		notes: notes(merged, archives),
	};
}

type Copies = Pick<HistorySegment, "number" | "header" | "stores"> & { readonly differs: readonly string[] };

/** By number. */
function merge(archives: readonly StoredArchive[]): Copies[] {
	const copies = new Map<number, Copy[]>();
	for (const { store, headers } of archives) {
		for (const header of headers) copies.set(header.number, [...(copies.get(header.number) ?? []), { store, header }]);
	}
	return [...copies].sort(([one], [other]) => one - other).map(([number, found]) => agreed(number, found));
}

interface Copy {
	readonly store: string;
	readonly header: SegmentHeader;
}

/** All stores have the same objects: of two that differ, one is not what was archived. */
function agreed(number: number, copies: readonly Copy[]): Copies {
	const { header } = copies[0] as Copy;
	const same = copies.filter((copy) => copy.header.storedSha256 === header.storedSha256);
	return {
		number,
		header,
		stores: same.map(({ store }) => store),
		differs: copies.filter((copy) => !same.includes(copy)).map(({ store }) => store),
	};
}

function distinctOrphans(archives: readonly StoredArchive[]): Orphans[] {
	const all = archives.flatMap(({ orphans }) => orphans);
	const distinct = new Map(all.map((orphans) => [`${orphans.term} ${orphans.gtids}`, orphans]));
	return [...distinct.values()].sort((one, other) => one.term - other.term);
}

/**
 * An orphan counts against segments of terms before the one that began without it, not against later ones: a server that
 * was cloned anew gives the same number again, to another transaction.
 */
function withFresh(copies: readonly Copies[], orphans: readonly Orphans[]): HistorySegment[] {
	const doomed = new Map<number, GtidSet>();
	const doomedIn = (term: number): GtidSet => {
		const known = doomed.get(term) ?? orphanedAfter(orphans, term);
		doomed.set(term, known);
		return known;
	};
	let held: GtidSet = parseGtidSet(copies[0]?.header.after ?? "");
	let term = 0;
	return copies.map(({ number, header, stores }) => {
		for (const { gtids } of orphans.filter((o) => o.term > term && o.term <= header.term)) {
			held = subtract(held, parseGtidSet(gtids));
		}
		term = Math.max(term, header.term);
		const fresh = subtract(subtract(parseGtidSet(header.gtids), doomedIn(header.term)), held);
		held = union(held, fresh);
		return { number, header, stores, after: parseGtidSet(header.after), fresh };
	});
}

/** What later terms went on without. */
export function orphanedAfter(orphans: readonly Orphans[], term: number): GtidSet {
	return unionOf(orphans.filter((o) => o.term > term).map(({ gtids }) => parseGtidSet(gtids)));
}

function holes(copies: readonly Copies[], archives: readonly StoredArchive[]): Hole[] {
	const present = new Set(copies.map(({ number }) => number));
	const damaged = archives.flatMap((archive) =>
		archive.damaged.map((segment) => ({ store: archive.store, ...segment })),
	);
	const first = copies[0]?.number ?? 1;
	const last = Math.max(copies.at(-1)?.number ?? 0, ...damaged.map(({ number }) => number));
	const found: Hole[] = [];
	for (let number = first; number <= last; number++) {
		if (present.has(number)) continue;
		const reasons = damaged.filter((segment) => segment.number === number).map((s) => `${s.store}: ${s.reason}`);
		found.push({ number, reason: reasons.length > 0 ? reasons.join("; ") : "it is in no store" });
	}
	return found;
}

function notes(copies: readonly Copies[], archives: readonly StoredArchive[]): string[] {
	const kept = new Map(copies.map((copy) => [copy.number, copy.stores]));
	const damaged = archives.flatMap(({ store, damaged }) =>
		damaged
			.filter(({ number }) => kept.has(number))
			.map(({ number, reason }) => `segment ${number}: ${store}: ${reason}; read from ${kept.get(number)?.join(", ")}`),
	);
	const differing = copies.flatMap(({ number, stores, differs }) =>
		differs.map((store) => `segment ${number}: ${store} has another content than ${stores.join(", ")}`),
	);
	return [...damaged, ...differing];
}

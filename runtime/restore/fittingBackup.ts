/** Which backups and snapshots hold nothing beyond a cut in the history. Pure. */
import type { BackupEntry } from "../backup/entry.ts";
import { contains, type GtidSet, isEmpty, overlap, parseGtidSet, subtract, unionOf } from "../mysql/gtidSet.ts";
import type { Base } from "./base.ts";
import type { Cut } from "./cut.ts";
import type { History, HistorySegment } from "./history.ts";
import type { RestoreTarget } from "./target.ts";

/** One store's catalogue. */
export interface StoredCatalogue {
	readonly store: string;
	readonly entries: readonly BackupEntry[];
	/** Entries that cannot be read, and why. */
	readonly damaged: readonly string[];
}

/** What is to be restored. */
export interface Wanted {
	readonly history: History;
	readonly target: RestoreTarget;
	readonly cut: Cut;
}

/** Whole data directories alone, the newest first. */
export function backupBases(catalogues: readonly StoredCatalogue[]): readonly Base[] {
	const byId = new Map<string, Base>();
	for (const { store, entries } of catalogues) {
		for (const entry of entries.filter(({ kind }) => kind !== "logical")) {
			const known = byId.get(entry.id) ?? baseOf(entry);
			byId.set(entry.id, { ...known, copies: [...known.copies, { store, snapshot: entry.snapshot }] });
		}
	}
	return [...byId.values()].sort((one, other) => compare(other.finishedAt, one.finishedAt));
}

function baseOf({ id, finishedAt, term, gtidExecuted, bytes }: BackupEntry): Base {
	return { kind: "backup", id, finishedAt, term, gtidExecuted, bytes, copies: [] };
}

const compare = (one: string, other: string) => Date.parse(one) - Date.parse(other);

/** @returns why it does not fit, or null */
export function misfit(base: Base, wanted: Wanted): string | null {
	const held = parseGtidSet(base.gtidExecuted);
	if (holdsOrphans(base, held, wanted.history)) return "it holds transactions that a failover orphaned";
	if (wanted.target.kind === "latest") return null;
	if (overlap(held, beyond(wanted))) return "it holds transactions beyond the target";
	if (!contains(archived(wanted.history), held)) {
		return "it holds transactions that are not archived: they may be beyond the target";
	}
	return provenBefore(base, wanted) ? null : "nothing shows that it is older than the target";
}

/** A server that was cloned anew gives an orphan's number again: a copy made in a later term holds the right one. */
function holdsOrphans({ term }: Base, held: GtidSet, { orphans }: History): boolean {
	const against = orphans.filter((o) => term === null || o.term > term);
	return against.some(({ gtids }) => overlap(held, parseGtidSet(gtids)));
}

/** What comes after the cut, as far as it is archived. */
export function beyond({ history, cut }: Pick<Wanted, "history" | "cut">): GtidSet {
	const parts = everySegment(history).flatMap(({ number, fresh }) => {
		if (number > cut.through) return [fresh];
		return number === cut.through && cut.chosen !== null ? [subtract(fresh, cut.chosen)] : [];
	});
	return unionOf(parts);
}

/** All that the archive knows of, from before its first segment on. */
function archived(history: History): GtidSet {
	const all = everySegment(history);
	const missing = all.flatMap(({ header }) => (header.gap === null ? [] : [parseGtidSet(header.gap.missing)]));
	return unionOf([...all.slice(0, 1).map(({ after }) => after), ...all.map(({ fresh }) => fresh), ...missing]);
}

const everySegment = ({ segments, provisional }: History): readonly HistorySegment[] => [...segments, ...provisional];

/**
 * Where nothing that was archived is older than the target, the copy's own time must show it: it was finished before. A
 * clock is not believed where what was not read could tell: by one that was slow, a backup was chosen that was too new.
 */
function provenBefore({ finishedAt }: Base, wanted: Wanted): boolean {
	const { history, target } = wanted;
	if (target.kind !== "time" || olderThanTarget(wanted)) return true;
	return !history.partly && Date.parse(finishedAt) * 1000 <= target.micros;
}

/** Whether something that was archived is older than the target: then GTID sets tell, and no clock of a copy's. */
export function olderThanTarget({ history, cut }: Pick<Wanted, "history" | "cut">): boolean {
	return history.segments.some(({ number, fresh }) => number <= cut.through && !isEmpty(fresh));
}

/** Which backups and which part of the archive may be let go. Pure, and in doubt it keeps. */
import type { Retention } from "../../objectives/plan.ts";
import type { SegmentHeader } from "../archive/segment.ts";
import { contains, parseGtidSet } from "../mysql/gtidSet.ts";
import { type BackupKind, backupKinds } from "./entry.ts";

/** What is asked of a backup. */
export interface Kept {
	readonly id: string;
	readonly kind: BackupKind;
	/** ISO 8601. */
	readonly startedAt: string;
	readonly finishedAt: string;
	readonly gtidExecuted: string;
	/** When a restore test last proved it; null if never. */
	readonly verifiedAt: string | null;
}

/** A restore begins with these; a dump has no place in the archive's history that could be replayed from quickly. */
const physical: readonly BackupKind[] = ["full", "incremental"];

const age = (time: string, now: Date) => now.getTime() - Date.parse(time);
const newest = (backups: readonly Kept[]) => backups.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0];

/**
 * The backup that a restore to the oldest wanted second begins with: the newest that was finished before that second,
 * or, while there is none so old, the oldest one.
 */
export function base(backups: readonly Kept[], retention: Retention, now: Date): Kept | null {
	const able = backups.filter(({ kind }) => physical.includes(kind));
	const before = newest(able.filter(({ finishedAt }) => age(finishedAt, now) >= retention.archive));
	return before ?? able.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))[0] ?? null;
}

/**
 * The identities of those that are older than their kind is kept for; never the newest of a kind, nor the newest that a
 * restore test has proved, nor the one that the archive is replayed from ({@link base}).
 */
export function expired(backups: readonly Kept[], retention: Retention, now: Date): string[] {
	const spared = new Set([...newestOfAll(backups), base(backups, retention, now)?.id]);
	return backups.filter((one) => outlived(one, retention, now) && !spared.has(one.id)).map(({ id }) => id);
}

const outlived = ({ kind, finishedAt }: Kept, retention: Retention, now: Date) =>
	age(finishedAt, now) > retention[kind];

/** Of each kind the newest, and of those that were proved. */
const newestOfAll = (backups: readonly Kept[]) => [
	...backupKinds.map((kind) => newest(backups.filter((backup) => backup.kind === kind))?.id),
	newest(backups.filter(({ verifiedAt }) => verifiedAt !== null))?.id,
];

/**
 * The identities of entries that only stand for what was let go before: a lock keeps an entry longer than its backup. Their
 * snapshots are gone, and nothing but retention takes one that is neither the newest nor what the archive is replayed from.
 * They must not be asked what to keep: one of them would count as the base. What is gone and not among them is lost.
 * @param there whether a backup's snapshot is in the repository
 */
export function leftovers(
	backups: readonly Kept[],
	there: (id: string) => boolean,
	retention: Retention,
	now: Date,
): string[] {
	const alive = backups.filter(({ id }) => there(id));
	const spared = newestOfAll(backups);
	const replayedFrom = (one: Kept) =>
		// A kind that is kept for less than the archive is let go long before one of it could be the base.
		retention[one.kind] >= retention.archive && base([...alive, one], retention, now) === one;
	return backups
		.filter((one) => !there(one.id) && outlived(one, retention, now) && !spared.includes(one.id) && !replayedFrom(one))
		.map(({ id }) => id);
}

/**
 * The numbers of the segments that may go: a beginning of the archive, so that what stays has no hole. Each was cut
 * longer ago than the archive is kept for, and the backup that the oldest wanted second is restored from holds all of it.
 * @param headers in the order of their numbers
 */
export function expiredSegments(
	headers: readonly Pick<SegmentHeader, "number" | "gtids" | "cutAt">[],
	backups: readonly Kept[],
	retention: Retention,
	now: Date,
): number[] {
	const begin = base(backups, retention, now);
	if (begin === null) return [];
	const held = parseGtidSet(begin.gtidExecuted);
	const gone: number[] = [];
	for (const { number, gtids, cutAt } of headers) {
		const old = age(cutAt, now) > retention.archive && cutAt < begin.startedAt;
		if (!old || !contains(held, parseGtidSet(gtids))) break;
		gone.push(number);
	}
	return gone;
}

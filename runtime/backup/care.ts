/** Keeps what is stored in order: what is no longer kept goes, what is kept is read and compared, what is missing is copied. */

import type { Retention } from "../../objectives/plan.ts";
import { type NotedFault, pastOf, writeChainNote } from "../archive/chainNote.ts";
import type { ChainFault } from "../archive/checkChain.ts";
import { survived } from "../archive/gaps.ts";
import { readOrphans } from "../archive/readOrphans.ts";
import { FailedError } from "../exit.ts";
import { contains, parseGtidSet } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { type ArchiveCare, careForArchive } from "./archiveCare.ts";
import { type Away, away, type BackupStore, nameOf } from "./backupStore.ts";
import { type Copied, copyMissing } from "./copyMissing.ts";
import { repositoryExists } from "./ensureRepository.ts";
import { entryKey, verifiedPrefix } from "./entry.ts";
import { type Holding, readHolding } from "./holding.ts";
import { mendArchive } from "./mendArchive.ts";
import type { Tell } from "./progress.ts";
import type { ResticContext } from "./repository.ts";
import { restic } from "./restic.ts";
import { base, expired, type Kept } from "./retention.ts";

export interface CareRun {
	readonly cluster: string;
	readonly stores: readonly BackupStore[];
	readonly context: ResticContext;
	readonly retention: Retention;
	readonly now: Date;
	readonly tell: Tell;
}

/** Of one store. */
export interface StoreCare {
	readonly store: string;
	/** Backups that were let go. */
	readonly forgotten: readonly string[];
	/** Entries that the store neither lets go nor hides: this identity may not. Tried again each time. */
	readonly undeletable: readonly string[];
	/** Backups that the catalogue has and the repository has not. While there are any, nothing is pruned. */
	readonly lost: readonly string[];
	/** Objects in the catalogue's place that are no entries. */
	readonly faults: readonly string[];
	/** The beginning of the archive that was let go. */
	readonly archive: ArchiveCare;
	/** Segments that were not what they should be, and were taken from another store. */
	readonly mended: readonly number[];
	/** Segments that are not, in no store that answers, and that no backup leads past. */
	readonly chain: readonly NotedFault[];
	/** The part of the repository's data that was read and compared: `3/7`. */
	readonly checked: string;
	/** What restic found to be damaged; null if nothing. */
	readonly damage: string | null;
}

export interface CareReport {
	readonly at: string;
	readonly stores: readonly StoreCare[];
	readonly copied: readonly Copied[];
	readonly away: readonly Away[];
}

/** All of a repository's data are read once in as many days. */
const parts = 7;
const dayMs = 86_400_000;

/** The part for a day: `1/7` to `7/7`, in turn. */
export function partOf(now: Date): string {
	return `${(Math.floor(now.getTime() / dayMs) % parts) + 1}/${parts}`;
}

export async function care(run: CareRun): Promise<CareReport> {
	const { stores, context, cluster, retention, now } = run;
	const done: StoreCare[] = [];
	const gone: Away[] = [];
	const unwanted = new Set<string>();
	for (const store of stores) {
		try {
			const holding = await readHolding(store, context, cluster, { retention, now });
			const old = expired(holding.kept, retention, now);
			for (const id of old) unwanted.add(id);
			done.push(await careOf(holding, old, run));
		} catch (error) {
			context.signal?.throwIfAborted();
			gone.push(away(store, error));
		}
	}
	const reached = stores.filter((store) => !gone.some((one) => one.store === nameOf(store)));
	const report = await copyMissing(reached, context, cluster, (id) => !unwanted.has(id));
	return { at: now.toISOString(), stores: done, copied: report.copied, away: [...gone, ...report.away] };
}

async function careOf(holding: Holding, old: readonly string[], run: CareRun): Promise<StoreCare> {
	const { context, cluster, retention, now, tell } = run;
	const { store, catalogue, known, leftovers } = holding;
	const { repository, objects } = store;
	// restic tries for a quarter of an hour to reach a store that is away: by now this one has answered.
	await restic(repository, context, { args: ["unlock"] });
	tell({ step: `letting go in ${nameOf(store)}` });
	const there = new Set(known.map(({ backup }) => backup));
	const kept = holding.kept.filter(({ id }) => !old.includes(id));
	const lost = kept.map(({ id }) => id).filter((id) => !there.has(id));
	const names = known.filter(({ backup }) => backup !== null && old.includes(backup)).map(({ id }) => id);
	if (names.length > 0) await restic(repository, context, { args: ["forget", ...names] });
	// Also what an earlier run forgot and did not come to prune. Where a snapshot was lost, its data may still be saved.
	const unpruned = lost.length === 0 ? await damageFound(store, context, cluster, ["prune"]) : null;
	const undeletable = await removeEntries(objects, cluster, [...old, ...leftovers]);
	const archive = await careForArchive(objects, cluster, kept, { retention, now });
	const { mended, chain } = await careForChain(holding, kept, run);
	const checked = partOf(now);
	tell({ step: `reading ${checked} of ${nameOf(store)}` });
	const read = await damageFound(store, context, cluster, ["check", `--read-data-subset=${checked}`]);
	const damage = [unpruned, read].filter((one) => one !== null);
	return {
		store: nameOf(store),
		forgotten: old,
		undeletable,
		lost,
		faults: catalogue.faults,
		archive,
		mended,
		chain,
		checked,
		damage: damage.length === 0 ? null : damage.join("; "),
	};
}

/** The archiver reads what is noted, and asks for a full backup that leads past it. */
async function careForChain({ store: { objects } }: Holding, kept: readonly Kept[], run: CareRun) {
	const { cluster, stores, retention, now, tell } = run;
	tell({ step: `checking the archive in ${objects.name}` });
	const others = stores.map((other) => other.objects).filter((other) => other !== objects);
	const begin = base(kept, retention, now);
	const from = begin === null ? null : parseGtidSet(begin.gtidExecuted);
	const { mended, faults } = await mendArchive({ store: objects, others, cluster, base: from });
	const held = kept.filter(({ kind }) => kind !== "logical").map(({ gtidExecuted }) => parseGtidSet(gtidExecuted));
	const orphans = await readOrphans(objects, cluster);
	const chain = faults.map(notedFault).filter((fault) => {
		const past = pastOf(fault);
		return past === null || !held.some((set) => contains(set, survived(past, orphans)));
	});
	await writeChainNote(objects, { version: 1, cluster, at: now.toISOString(), faults: chain });
	return { mended, chain };
}

const notedFault = ({ number, reason, next }: ChainFault): NotedFault => ({
	...{ number, reason },
	past: next === null ? null : { term: next.header.term, gtids: next.header.after },
});

/** After the snapshots: an entry without one is said to be lost, a snapshot without an entry would be given one. */
async function removeEntries(objects: ObjectStore, cluster: string, ids: readonly string[]): Promise<string[]> {
	const stayed: string[] = [];
	for (const id of ids) {
		if (!(await removed(objects, entryKey(cluster, id)))) stayed.push(id);
		for await (const { key } of objects.list(verifiedPrefix(cluster, id))) await removed(objects, key);
	}
	return stayed;
}

/** What a lock keeps is hidden at least: readers would take it for a backup. */
const removed = async (objects: ObjectStore, key: string) =>
	(await objects.remove(key)) || (await objects.remove(key, "hide"));

/**
 * @returns what is damaged; null if nothing
 * @throws what the store throws that has gone away meanwhile: that it does not answer is no damage
 */
async function damageFound(
	store: BackupStore,
	context: ResticContext,
	cluster: string,
	args: readonly string[],
): Promise<string | null> {
	try {
		await restic(store.repository, context, { args });
		return null;
	} catch (error) {
		context.signal?.throwIfAborted();
		await repositoryExists(store, cluster);
		return error instanceof Error ? error.message : String(error);
	}
}

/** @throws FailedError naming what is damaged or lost */
export function assertSound({ stores }: CareReport): void {
	const wrong = stores.flatMap(({ store, damage, lost, faults, chain }) => [
		...(damage === null ? [] : [damage]),
		...lost.map((id) => `store ${store}: backup ${id} is not in the repository any more`),
		...chain.map(({ number, reason }) => `store ${store}: segment ${number} of the archive: ${reason}`),
		...faults.map((key) => `store ${store}: ${key} is no entry of the catalogue`),
	]);
	if (wrong.length > 0) throw new FailedError(wrong.join("; "));
}

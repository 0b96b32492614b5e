/** Lets go of the beginning of an archive that no restore needs any more. */
import type { Retention } from "../../objectives/plan.ts";
import { blockOf, indexed, indexKey, readIndex } from "../archive/headerIndex.ts";
import { oldestNumber } from "../archive/readHeaders.ts";
import { segmentKey } from "../archive/segment.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { expiredSegments, type Kept } from "./retention.ts";

export interface ArchiveCare {
	/** Segments that were removed. */
	readonly removed: number;
	/** Whether the store did not let go of one: it is locked, or this identity may not. */
	readonly locked: boolean;
}

/** Removals at the same time. */
const atOnce = 16;

/**
 * Block by block, as their headers are indexed: what is not indexed yet is young. The index goes last, so that a run that
 * is ended in the middle is gone on with.
 * @param kept the backups of this store that stay
 */
export async function careForArchive(
	store: ObjectStore,
	cluster: string,
	kept: readonly Kept[],
	{ retention, now }: { readonly retention: Retention; readonly now: Date },
): Promise<ArchiveCare> {
	let removed = 0;
	const oldest = await oldestNumber(store, cluster);
	if (oldest === null) return { removed, locked: false };
	for (let first = blockOf(oldest); ; first += indexed) {
		const lines = await readIndex(store, cluster, first);
		const headers = lines?.map(({ header }) => header) ?? [];
		if (headers.length === 0 || expiredSegments(headers, kept, retention, now).length < headers.length) break;
		const gone = await removeAll(store, cluster, headers);
		removed += gone;
		if (gone < headers.length) return { removed, locked: true };
		if (!(await store.remove(indexKey(cluster, first)))) return { removed, locked: true };
	}
	return { removed, locked: false };
}

/** From the oldest on; one that is gone already counts as removed. @returns how many, up to the first that stays */
async function removeAll(
	store: ObjectStore,
	cluster: string,
	headers: readonly { readonly number: number }[],
): Promise<number> {
	for (let done = 0; done < headers.length; done += atOnce) {
		const some = headers.slice(done, done + atOnce);
		const gone = await Promise.all(some.map(({ number }) => store.remove(segmentKey(cluster, number))));
		if (gone.includes(false)) return done + gone.indexOf(false);
	}
	return headers.length;
}

/** Which transactions the archive in a store has, as the headers of its segments say. */
import { contains, type GtidSet, parseGtidSet, unionOf } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import { readHeadersSince } from "./readHeaders.ts";

/**
 * Whether one of the stores has all of `set`. What failovers orphaned is there as well, and a gap is not. A store that
 * cannot be asked has nothing.
 *
 * @param beyond what is not asked for: segments that hold nothing else are not looked at
 */
export type Archived = (set: GtidSet, beyond: GtidSet) => Promise<boolean>;

export function archivedIn(stores: readonly ObjectStore[], cluster: string): Archived {
	return async (set, beyond) => {
		const found = stores.map((store) => hasAll(store, cluster, { set, beyond }).catch(() => false));
		return (await Promise.all(found)).includes(true);
	};
}

interface Wanted {
	readonly set: GtidSet;
	readonly beyond: GtidSet;
}

async function hasAll(store: ObjectStore, cluster: string, { set, beyond }: Wanted): Promise<boolean> {
	const { lines } = await readHeadersSince(store, cluster, beyond);
	return contains(unionOf(lines.map(({ header }) => parseGtidSet(header.gtids))), set);
}

/** What the stores hold that can be restored: catalogues and archives, read as far as they can be reached. */
import { readHeaders, readHeadersSince } from "../archive/readHeaders.ts";
import { readOrphans } from "../archive/readOrphans.ts";
import { entryKey, entryPrefix, entrySchema } from "../backup/entry.ts";
import { FailedError } from "../exit.ts";
import type { GtidSet } from "../mysql/gtidSet.ts";
import type { ObjectStore } from "../store/objectStore.ts";
import type { StoredCatalogue } from "./fittingBackup.ts";
import { type History, historyOf, type StoredArchive } from "./history.ts";

export interface Stored {
	readonly catalogues: readonly StoredCatalogue[];
	readonly history: History;
	/** Stores that could not be read, and why. */
	readonly away: readonly string[];
}

/** From which set on the archive is of interest; null: from its beginning. */
export type Since = (catalogues: readonly StoredCatalogue[]) => GtidSet | null;

/**
 * One store is enough. Where what was orphaned cannot be read, that store does not count: what never happened would be
 * restored.
 * @throws FailedError when none can be read
 */
export async function readStores(
	stores: readonly ObjectStore[],
	cluster: string,
	since: Since = () => null,
): Promise<Stored> {
	const away: string[] = [];
	const read = await Promise.all(
		stores.map(async (store) => {
			try {
				return await readStore(store, cluster, since);
			} catch (error) {
				away.push(`store ${store.name} cannot be read: ${error instanceof Error ? error.message : error}`);
				return null;
			}
		}),
	);
	const there = read.filter((one) => one !== null);
	if (there.length === 0) throw new FailedError(away.length === 0 ? "there is no store" : away.join("; "));
	const history = historyOf(there.map(({ archive }) => archive));
	return { catalogues: there.map(({ catalogue }) => catalogue), history, away };
}

async function readStore(store: ObjectStore, cluster: string, since: Since) {
	const catalogue = await catalogueOf(store, cluster);
	return { catalogue, archive: await archiveOf(store, cluster, since([catalogue])) };
}

async function archiveOf(store: ObjectStore, cluster: string, since: GtidSet | null): Promise<StoredArchive> {
	const headers = since === null ? readHeaders(store, cluster) : readHeadersSince(store, cluster, since);
	const [{ lines, damaged }, orphans] = await Promise.all([headers, readOrphans(store, cluster)]);
	return {
		store: store.name,
		headers: lines.map(({ header }) => header),
		damaged: damaged.map(({ number, error }) => ({ number, reason: error.message })),
		orphans,
		partly: since !== null,
	};
}

/** Read at the same time. */
const atOnce = 16;

async function catalogueOf(store: ObjectStore, cluster: string): Promise<StoredCatalogue> {
	const keys: string[] = [];
	for await (const { key } of store.list(entryPrefix(cluster))) keys.push(key);
	const read: (ReturnType<typeof entryIn> | null)[] = [];
	for (let i = 0; i < keys.length; i += atOnce) {
		const part = keys.slice(i, i + atOnce);
		read.push(...(await Promise.all(part.map(async (key) => entryIn(key, await store.get(key), cluster)))));
	}
	return {
		store: store.name,
		entries: read.flatMap((one) => (one !== null && typeof one === "object" ? [one] : [])),
		damaged: read.flatMap((one) => (typeof one === "string" ? [`${store.name}: ${one}`] : [])),
	};
}

/** @returns what is wrong with it where it is no entry; null where it has just gone */
function entryIn(key: string, body: Buffer | null, cluster: string) {
	if (body === null) return null;
	try {
		const entry = entrySchema.parse(JSON.parse(body.toString("utf8")));
		if (entry.cluster !== cluster) return `${key} is of the cluster ${entry.cluster}`;
		return entryKey(cluster, entry.id) === key ? entry : `${key} is the entry of ${entry.id}`;
	} catch {
		return `${key} is no entry of a catalogue`;
	}
}

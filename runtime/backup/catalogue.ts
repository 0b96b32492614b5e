/** Which backups there are, in which stores, and which of them a restore test has proved. */
import type { ObjectStore } from "../store/objectStore.ts";
import type { Away } from "./backupStore.ts";
import { type BackupEntry, type BackupKind, entryKey, entryPrefix, entrySchema } from "./entry.ts";

export interface CataloguedBackup {
	readonly id: string;
	readonly kind: BackupKind;
	/** When it was begun: it holds what was there at some moment after this. ISO 8601. */
	readonly at: string;
	readonly finishedAt: string;
	/** Of the data directory or the dump. */
	readonly bytes: number;
	/** What it added to the repository that it was first written to. */
	readonly addedBytes: number;
	readonly gtid: string;
	/** By store: what is said there, `missing`, or `unknown` where the store could not be asked. */
	readonly stores: Readonly<Record<string, BackupEntry | "missing" | "unknown">>;
	/** When a restore test last proved it, in any store; null if never. ISO 8601. */
	readonly verifiedAt: string | null;
}

export interface Catalogue {
	/** The oldest first. */
	readonly backups: readonly CataloguedBackup[];
	/** Stores that could not be asked. */
	readonly away: readonly Away[];
	/** Objects that are no entries, or entries of another backup than their key says. */
	readonly faults: readonly Away[];
}

/** What one store says. */
export interface StoreCatalogue {
	readonly store: string;
	readonly entries: readonly BackupEntry[];
	/** Newest proof by backup. */
	readonly verified: ReadonlyMap<string, string>;
	readonly faults: readonly string[];
}

/** Of all stores that can be asked; needs nothing but them. */
export async function readCatalogue(stores: readonly ObjectStore[], cluster: string): Promise<Catalogue> {
	const asked = await Promise.all(
		stores.map(async (store) => {
			try {
				return await readStoreCatalogue(store, cluster);
			} catch (error) {
				return { store: store.name, error: error instanceof Error ? error.message : String(error) };
			}
		}),
	);
	return merged(
		asked.filter((one): one is StoreCatalogue => "entries" in one),
		asked.filter((one): one is Away => "error" in one),
	);
}

export async function readStoreCatalogue(store: ObjectStore, cluster: string): Promise<StoreCatalogue> {
	const entries: BackupEntry[] = [];
	const faults: string[] = [];
	for await (const { key } of store.list(entryPrefix(cluster))) {
		const body = await store.get(key);
		// Let go in the meantime.
		if (body === null) continue;
		const entry = parsed(body);
		if (entry !== null && key === entryKey(cluster, entry.id)) entries.push(entry);
		else faults.push(key);
	}
	return { store: store.name, entries, verified: await proofs(store, cluster), faults };
}

function parsed(body: Buffer): BackupEntry | null {
	try {
		return entrySchema.parse(JSON.parse(body.toString("utf8")));
	} catch {
		return null;
	}
}

/** Keys are `verified/<cluster>/<backup>/<time>.json`, in order of time. */
async function proofs(store: ObjectStore, cluster: string): Promise<ReadonlyMap<string, string>> {
	const newest = new Map<string, string>();
	for await (const { key } of store.list(`verified/${cluster}/`)) {
		const [, , id = "", time = ""] = key.split("/");
		newest.set(id, time.replace(/\.json$/, ""));
	}
	return newest;
}

/** As people and programs are shown it: whether a backup is in a store, not what the store says of it. Pure. */
export function catalogueDocument({ backups, away, faults }: Catalogue) {
	const shown = backups.map(({ stores, ...one }) => ({
		...one,
		stores: Object.fromEntries(
			Object.entries(stores).map(([name, said]) => [name, typeof said === "string" ? said : ("present" as const)]),
		),
	}));
	return { backups: shown, away: [...away], faults: [...faults] };
}

/** Pure. */
export function merged(known: readonly StoreCatalogue[], away: readonly Away[]): Catalogue {
	const ids = [...new Set(known.flatMap(({ entries }) => entries.map(({ id }) => id)))].sort();
	const faults = known.flatMap(({ store, faults: keys }) =>
		keys.map((key) => ({ store, error: `${key} is no entry` })),
	);
	return { backups: ids.map((id) => backup(id, known, away)), away, faults };
}

function backup(id: string, known: readonly StoreCatalogue[], away: readonly Away[]): CataloguedBackup {
	const found = known.map(({ store, entries, verified }) => ({
		store,
		entry: entries.find((entry) => entry.id === id),
		verifiedAt: verified.get(id),
	}));
	const entry = found.find((one) => one.entry !== undefined)?.entry as BackupEntry;
	const proved = found.flatMap(({ verifiedAt }) => verifiedAt ?? []).sort();
	return {
		id,
		kind: entry.kind,
		at: entry.startedAt,
		finishedAt: entry.finishedAt,
		bytes: entry.bytes,
		addedBytes: entry.addedBytes,
		gtid: entry.gtidExecuted,
		stores: Object.fromEntries([
			...found.map(({ store, entry: own }) => [store, own ?? "missing"] as const),
			...away.map(({ store }) => [store, "unknown"] as const),
		]),
		verifiedAt: proved.at(-1) ?? null,
	};
}

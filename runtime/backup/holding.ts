/** What one store holds of backups: its entries, held against the snapshots that are there. */
import type { Retention } from "../../objectives/plan.ts";
import type { BackupStore } from "./backupStore.ts";
import { readStoreCatalogue, type StoreCatalogue } from "./catalogue.ts";
import type { ResticContext } from "./repository.ts";
import { type Kept, leftovers } from "./retention.ts";
import { type Snapshot, snapshots } from "./snapshots.ts";

export interface Holding {
	readonly store: BackupStore;
	readonly catalogue: StoreCatalogue;
	readonly known: readonly Snapshot[];
	/** What retention is asked about: all entries but the leftovers. */
	readonly kept: readonly Kept[];
	/** Entries of backups that were let go before ({@link leftovers}). */
	readonly leftovers: readonly string[];
}

/** @throws what the store throws; ResticError */
export async function readHolding(
	store: BackupStore,
	context: ResticContext,
	cluster: string,
	{ retention, now }: { readonly retention: Retention; readonly now: Date },
): Promise<Holding> {
	// Before the snapshots: a backup that is stored meanwhile has its entry after its snapshot, and would look lost.
	const catalogue = await readStoreCatalogue(store.objects, cluster);
	const known = await snapshots(store.repository, context);
	const all = catalogue.entries.map((entry) => ({ ...entry, verifiedAt: catalogue.verified.get(entry.id) ?? null }));
	const there = new Set(known.map(({ backup }) => backup));
	const left = leftovers(all, (id) => there.has(id), retention, now);
	const kept = all.filter(({ id }) => !left.includes(id));
	return { store, catalogue, known, kept, leftovers: left };
}

/** Brings to each store the backups that it lacks and another has, and to each catalogue the entries that it lacks. */
import { type Away, away, type BackupStore, gatewayTo, nameOf } from "./backupStore.ts";
import { ensureRepository, fromEnvironment } from "./ensureRepository.ts";
import { rebuildCatalogue } from "./rebuildCatalogue.ts";
import type { ResticContext } from "./repository.ts";
import { restic } from "./restic.ts";
import { type Snapshot, snapshots } from "./snapshots.ts";

export interface Copied {
	readonly store: string;
	/** Identities of the backups that it has now. */
	readonly backups: readonly string[];
}

export interface CopyReport {
	readonly copied: readonly Copied[];
	readonly away: readonly Away[];
}

/** What one store has; null where it cannot be asked. */
interface Holding {
	readonly store: BackupStore;
	readonly snapshots: readonly Snapshot[];
}

/**
 * @param wanted whether a backup is still to be kept: what retention let go in one store is not brought back from another
 */
export async function copyMissing(
	stores: readonly BackupStore[],
	context: ResticContext,
	cluster: string,
	wanted: (backup: string) => boolean = () => true,
): Promise<CopyReport> {
	const holdings: Holding[] = [];
	const copied: Copied[] = [];
	const gone: Away[] = [];
	const attempt = async (store: BackupStore, work: () => Promise<void>) => {
		if (gone.some(({ store: name }) => name === nameOf(store))) return;
		await work().catch((error: unknown) => {
			context.signal?.throwIfAborted();
			gone.push(away(store, error));
		});
	};
	for (const store of stores) {
		await attempt(store, async () => {
			await ensureRepository(store, stores, context, cluster);
			holdings.push({ store, snapshots: await snapshots(store.repository, context) });
		});
	}
	for (const { store } of holdings) {
		await attempt(store, async () => {
			for (const { source, missing } of lacking(store, holdings, wanted)) {
				await copy(source, store, { context, cluster, missing });
				copied.push({ store: nameOf(store), backups: missing.map(({ backup }) => backup as string) });
			}
			await rebuildCatalogue(store, context, cluster);
		});
	}
	return { copied, away: gone };
}

/** What this store lacks, by who has it: each backup from the first that does. Pure. */
export function lacking(
	store: BackupStore,
	holdings: readonly Holding[],
	wanted: (backup: string) => boolean,
): { readonly source: BackupStore; readonly missing: readonly Snapshot[] }[] {
	const has = new Set(holdings.find((holding) => holding.store === store)?.snapshots.map(({ backup }) => backup));
	return holdings.flatMap((holding) => {
		const missing = holding.snapshots.filter(({ backup }) => backup !== null && !has.has(backup) && wanted(backup));
		for (const { backup } of missing) has.add(backup);
		return missing.length === 0 ? [] : [{ source: holding.store, missing }];
	});
}

interface Copying {
	readonly context: ResticContext;
	readonly cluster: string;
	readonly missing: readonly Snapshot[];
}

async function copy(source: BackupStore, target: BackupStore, { context, cluster, missing }: Copying): Promise<void> {
	const from = await gatewayTo(cluster, source);
	try {
		const args = ["copy", ...missing.map(({ id }) => id)];
		await restic(target.repository, context, { args, env: fromEnvironment(from, context) });
	} finally {
		await from.close();
	}
}

/** What retention has let go in one store must not come back from another. */
import type { Retention } from "../../objectives/plan.ts";
import type { BackupStore } from "./backupStore.ts";
import { repositoryExists } from "./ensureRepository.ts";
import { readHolding } from "./holding.ts";
import type { ResticContext } from "./repository.ts";
import { expired } from "./retention.ts";

/** Whether a backup is still to be kept, as far as the stores that can be asked say. */
export async function stillWanted(
	stores: readonly BackupStore[],
	context: ResticContext,
	cluster: string,
	retention: Retention,
): Promise<(backup: string) => boolean> {
	const now = new Date();
	const expiredIn = async (store: BackupStore) => {
		if (!(await repositoryExists(store, cluster))) return [];
		return expired((await readHolding(store, context, cluster, { retention, now })).kept, retention, now);
	};
	const asked = await Promise.allSettled(stores.map(expiredIn));
	context.signal?.throwIfAborted();
	const old = asked.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
	return (backup) => !old.includes(backup);
}

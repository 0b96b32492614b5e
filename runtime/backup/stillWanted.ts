/** What retention has let go in one store must not come back from another. */
import type { Retention } from "../../objectives/plan.ts";
import type { BackupStore } from "./backupStore.ts";
import { keptOf } from "./care.ts";
import { readStoreCatalogue } from "./catalogue.ts";
import { expired } from "./retention.ts";

/** Whether a backup is still to be kept, as far as the stores that can be asked say. */
export async function stillWanted(
	stores: readonly BackupStore[],
	cluster: string,
	retention: Retention,
): Promise<(backup: string) => boolean> {
	const now = new Date();
	const asked = await Promise.allSettled(stores.map(({ objects }) => readStoreCatalogue(objects, cluster)));
	const old = asked.flatMap((one) => (one.status === "fulfilled" ? expired(keptOf(one.value), retention, now) : []));
	return (backup) => !old.includes(backup);
}

/** Whom the newest backup of a kind was copied from, as far as the stores that can be asked say. */
import type { BackupStore } from "./backupStore.ts";
import { readStoreCatalogue } from "./catalogue.ts";
import type { BackupKind } from "./entry.ts";

export async function lastDonor(
	stores: readonly BackupStore[],
	cluster: string,
	kind: BackupKind,
): Promise<string | undefined> {
	const asked = await Promise.allSettled(stores.map(({ objects }) => readStoreCatalogue(objects, cluster)));
	const entries = asked.flatMap((one) => (one.status === "fulfilled" ? one.value.entries : []));
	// An id begins with its time.
	const ofKind = entries.filter((entry) => entry.kind === kind).sort((one, other) => (one.id < other.id ? -1 : 1));
	return ofKind.at(-1)?.source.instance;
}

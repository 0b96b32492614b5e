/** The declared stores as a job uses them: their objects, and how restic reaches the repository in each. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../objectives/error.ts";
import type { Settings } from "../../objectives/settings.ts";
import { openStores } from "../store/openStores.ts";
import { resticAccess } from "../store/resticRepository.ts";
import { type StoreAccess, storeKeys } from "../store/storeKeys.ts";
import type { BackupStore } from "./backupStore.ts";

/**
 * @param folder that only we read: credentials that restic takes from a file are written there
 * @throws UserError where none is declared
 */
export async function jobStores(
	{ stores, cluster }: Pick<Settings, "stores" | "cluster">,
	access: StoreAccess,
	folder: string,
): Promise<BackupStore[]> {
	if (stores.length === 0) {
		throw new UserError({
			field: "stores",
			value: stores,
			wrong: "no store is declared",
			remedy: "declare two, in two regions: backups have nowhere to go",
		});
	}
	const objects = await openStores(stores, access);
	return Promise.all(
		objects.map(async (own, index) => {
			const store = stores[index] as Settings["stores"][number];
			const keys = await storeKeys(store, access);
			const { repository, environment, options, credentials } = resticAccess({ store, cluster, keys, folder });
			if (credentials !== null) await writeFile(join(credentials.file), credentials.text, { mode: 0o600 });
			return { objects: own, repository: { name: store.name, repository, environment, options } };
		}),
	);
}

/** Stores whose keys are at hand, opened without a cluster. */
import type { Bucket } from "./objectStore.ts";
import type { GcsKeys, S3Keys } from "./storeKeys.ts";
import type { OpenedStore } from "./storesFile.ts";

/** Each SDK is loaded by who has a store of its kind. */
export function openedStores(stores: readonly OpenedStore[]): Promise<Bucket[]> {
	return Promise.all(
		stores.map(async ({ store, keys }) => {
			if (store.kind === "s3") {
				const { s3Store } = await import("./s3Store.ts");
				return s3Store({ store, keys: keys && (async () => keys as S3Keys) });
			}
			const { gcsStore } = await import("./gcsStore.ts");
			return gcsStore({ store, keys: keys && (async () => keys as GcsKeys) });
		}),
	);
}

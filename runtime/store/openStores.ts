/** The declared stores, opened with the keys that Secrets beside the database hold. */
import type { StoreSettings } from "../../objectives/settings.ts";
import type { Bucket, StoreOptions } from "./objectStore.ts";
import { gcsKeys, type StoreAccess, s3Keys } from "./storeKeys.ts";

export type { StoreAccess } from "./storeKeys.ts";

/** Nothing is asked of a store before it is used: one that is away keeps nobody from starting. */
export async function openStores(stores: readonly StoreSettings[], access: StoreAccess): Promise<Bucket[]> {
	return Promise.all(stores.map((store) => openStore(store, access)));
}

/** The SDKs are large: each is loaded by who has a store of its kind. */
export async function openStore(
	store: StoreSettings,
	access: StoreAccess,
	options: StoreOptions = {},
): Promise<Bucket> {
	if (store.kind === "s3") {
		const { s3Store } = await import("./s3Store.ts");
		return s3Store({ store, keys: s3Keys(store, access), ...options });
	}
	const { gcsStore } = await import("./gcsStore.ts");
	return gcsStore({ store, keys: gcsKeys(store, access), ...options });
}

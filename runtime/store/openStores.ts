/** The declared stores, opened with the keys that Secrets beside the database hold. */
import type { StoreSettings } from "../../objectives/settings.ts";
import type { ObjectStore } from "./objectStore.ts";
import { type StoreAccess, s3Keys } from "./storeKeys.ts";

export type { StoreAccess } from "./storeKeys.ts";

/** Nothing is asked of a store before it is used: one that is away keeps nobody from starting. */
export async function openStores(stores: readonly StoreSettings[], access: StoreAccess): Promise<ObjectStore[]> {
	if (stores.length === 0) return [];
	// The SDK is large: whoever has no stores does not load it.
	const { s3Store } = await import("./s3Store.ts");
	return stores.map((store) => {
		if (store.kind !== "s3") return unknownKind(store);
		return s3Store({ store, keys: s3Keys(store, access) });
	});
}

/** Every use says so; the rest goes on. */
function unknownKind({ name, kind }: StoreSettings): ObjectStore {
	const refuse = () => new Error(`store ${name}: this version cannot write to a store of kind ${kind} yet`);
	return {
		name,
		put: () => Promise.reject(refuse()),
		get: () => Promise.reject(refuse()),
		getRange: () => Promise.reject(refuse()),
		remove: () => Promise.reject(refuse()),
		head: () => Promise.reject(refuse()),
		// biome-ignore lint/correctness/useYield: there is nothing to yield
		async *list() {
			throw refuse();
		},
	};
}

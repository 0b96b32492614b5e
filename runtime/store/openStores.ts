/** The declared stores, opened with the keys that Secrets beside the database hold. */
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { StoreSettings } from "../../objectives/settings.ts";
import { withDeadline } from "../mysql/session.ts";
import type { ObjectStore } from "./objectStore.ts";
import type { StoreKeys } from "./s3Store.ts";

export interface StoreAccess {
	readonly config: KubeConfig;
	readonly namespace: string;
}

const secretMs = 5000;

/** Nothing is asked of a store before it is used: one that is away keeps nobody from starting. */
export async function openStores(stores: readonly StoreSettings[], access: StoreAccess): Promise<ObjectStore[]> {
	if (stores.length === 0) return [];
	// The SDK is large: whoever has no stores does not load it.
	const { s3Store } = await import("./s3Store.ts");
	return stores.map((store) => {
		if (store.kind !== "s3") return unknownKind(store);
		const { credentialsSecret: name } = store;
		return s3Store({ store, keys: name === undefined ? null : () => readKeys(access, name) });
	});
}

async function readKeys({ config, namespace }: StoreAccess, name: string): Promise<StoreKeys> {
	const core = config.makeApiClient(CoreV1Api);
	const secret = await withDeadline(core.readNamespacedSecret({ name, namespace }), secretMs, `reading Secret ${name}`);
	const key = (entry: string) => {
		const value = secret.data?.[entry];
		if (value === undefined) throw new Error(`Secret ${name} has no ${entry}`);
		return Buffer.from(value, "base64").toString("utf8");
	};
	return { accessKey: key("accessKey"), secretKey: key("secretKey") };
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

/** A real server of one kind of store, as its tests see it. */
import type { StoreSettings } from "../../../objectives/settings.ts";
import type { Bucket, StoreOptions } from "../../../runtime/store/objectStore.ts";

export interface Opening extends StoreOptions {
	/** What the store's settings say otherwise. */
	readonly settings?: Partial<StoreSettings>;
	/** Keys that open nothing; `secret` is a part of them. */
	readonly wrongKeys?: { readonly secret: string };
}

export interface StoreServer {
	readonly store: StoreSettings;
	/** versitygw 1.7 looks whether a key is there and then writes: of two at the same moment both may write. */
	readonly onceIsAtomic: boolean;
	open(opening?: Opening): Bucket;
	start(): Promise<void>;
	stop(): Promise<void>;
}

/** Starts one with an empty bucket. Undefined where its program was never built: then there is nothing to test with. */
export type StoreServerUp = (() => Promise<StoreServer>) | undefined;

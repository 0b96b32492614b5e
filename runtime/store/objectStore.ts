/** A bucket, as little of it as there needs to be. Evidence, backups and the archive are written once. */

/** What is known of an object without reading it. */
export interface ObjectFacts {
	readonly key: string;
	/** Bytes. */
	readonly size: number;
	readonly modifiedAt: Date;
}

/** `once`: an object that is there stays as it is. `replace`: the newest body counts; older ones stay as versions. */
export type Writing = "once" | "replace";

/** Keys are paths without a leading slash. Every call has a deadline; what failed may be tried again. */
export interface ObjectStore {
	readonly name: string;
	/** @returns "present" when it was there already and `how` is "once" */
	put(key: string, body: Uint8Array, how: Writing): Promise<"written" | "present">;
	/** Null where there is no such object. */
	get(key: string): Promise<Buffer | null>;
	/** At most `length` bytes from `offset` on; null where there is no such object. */
	getRange(key: string, offset: number, length: number): Promise<Buffer | null>;
	head(key: string): Promise<ObjectFacts | null>;
	/** All objects whose keys begin with `prefix`, in the order of their keys (by bytes), as many as there are. */
	list(prefix: string, options?: ListOptions): AsyncIterable<ObjectFacts>;
	/**
	 * For what retention has let go, and nothing else. A locked object, or one that this identity may not delete, stays.
	 * @returns whether it is gone
	 */
	remove(key: string): Promise<boolean>;
}

export interface ListOptions {
	/** Only keys that come after this one. */
	readonly after?: string;
}

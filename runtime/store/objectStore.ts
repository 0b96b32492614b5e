/** A bucket, as little of it as there needs to be. Evidence, backups and the archive are written once. */

/** What is known of an object without reading it. */
export interface ObjectFacts {
	readonly key: string;
	/** Bytes. */
	readonly size: number;
	readonly modifiedAt: Date;
}

/**
 * `once`: an object that is there stays as it is; where the store has a lock declared, what is written is locked.
 * `replace`: the newest body counts, older ones stay as versions; never locked.
 */
export type Writing = "once" | "replace";

/**
 * `forget`: for what retention has let go, and nothing else; a locked object stays. `hide`: for restic's own files, and entries of what is gone; where
 * versions are kept the object stays as one, locked or not.
 */
export type Removing = "forget" | "hide";

/**
 * Keys are paths without a leading slash. Every call has a deadline and throws a StoreError that names the store; what
 * failed may be tried again.
 */
export interface ObjectStore {
	readonly name: string;
	/**
	 * Whole or not at all. After an error it is not known whether it was written: a second call that says "present" may mean the
	 * first one's.
	 * @returns "present" when it was there already, by another call than this, and `how` is "once"
	 */
	put(key: string, body: Uint8Array, how: Writing): Promise<"written" | "present">;
	/** Null where there is no such object. */
	get(key: string): Promise<Buffer | null>;
	/** At most `length` bytes from `offset` on, none beyond the end; null where there is no such object. */
	getRange(key: string, offset: number, length: number): Promise<Buffer | null>;
	head(key: string): Promise<ObjectFacts | null>;
	/** All objects whose keys begin with `prefix`, in the order of their keys (by bytes), as many as there are. */
	list(prefix: string, options?: ListOptions): AsyncIterable<ObjectFacts>;
	/**
	 * An object that this identity may not delete stays.
	 * @param how default: forget
	 * @returns whether it is gone
	 */
	remove(key: string, how?: Removing): Promise<boolean>;
}

export interface ListOptions {
	/** Only keys that come after this one. */
	readonly after?: string;
}

/** What keeps a bucket's objects from being lost. */
export interface Protection {
	/** What is replaced or removed stays as a version. */
	readonly versioned: boolean;
	/** Single objects can be locked. */
	readonly lockable: boolean;
}

/** A store that can be asked about itself. */
export interface Bucket extends ObjectStore {
	protection(): Promise<Protection>;
}

/** What all kinds of stores are opened with besides their keys. */
export interface StoreOptions {
	/** For one call with its retries, besides the time that its body takes ({@link deadlineFor}). Default {@link defaultDeadlineMs}. */
	readonly deadlineMs?: number;
	/** Objects asked for at once when listing. Default: as many as the store gives. */
	readonly pageSize?: number;
}

/** A few megabytes over a slow line, and two retries. */
export const defaultDeadlineMs = 30_000;

/** So much is carried at least, in a second. */
const leastRate = 2 ** 20;

/** For a call that carries so many bytes: a large segment takes longer over the same line. @returns ms */
export const deadlineFor = (bytes: number, deadlineMs: number = defaultDeadlineMs): number =>
	deadlineMs + Math.ceil((bytes / leastRate) * 1000);

/** Keys are read again this often. */
export const keysMs = 300_000;

/** Tells who wrote an object that is "present": the answer to a call's first try may have been lost on its way. */
export const writerEntry = "writer";

export function typeOf(key: string): string {
	if (key.endsWith(".json")) return "application/json";
	return key.endsWith(".gz") ? "application/gzip" : "application/octet-stream";
}

/** Until when an object that is written now is kept from deletion. */
export function lockedUntil(days: number, now: Date = new Date()): Date {
	return new Date(now.getTime() + days * 86_400_000);
}

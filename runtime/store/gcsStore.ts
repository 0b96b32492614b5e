/** A bucket of Google Cloud Storage. */
import { createHash, randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import {
	type FileMetadata,
	IdempotencyStrategy,
	type SaveOptions,
	Storage,
	type StorageOptions,
} from "@google-cloud/storage";
import type { AuthClient } from "google-auth-library";
import type { StoreSettings } from "../../objectives/settings.ts";
import { gcsIdentity } from "./gcsIdentity.ts";
import {
	type Bucket,
	deadlineFor,
	defaultDeadlineMs,
	keysMs,
	lockedUntil,
	type ObjectFacts,
	type StoreOptions,
	typeOf,
	writerEntry,
} from "./objectStore.ts";
import { statusOf, storeCall } from "./storeError.ts";
import type { GcsKeys, KeySource } from "./storeKeys.ts";

export interface GcsStoreOptions extends StoreOptions {
	readonly store: StoreSettings;
	readonly keys: KeySource<GcsKeys>;
}

type GcsBucket = ReturnType<Storage["bucket"]>;

export function gcsStore(options: GcsStoreOptions): Bucket {
	const { store, deadlineMs = defaultDeadlineMs, pageSize: maxResults } = options;
	const { name, objectLock } = store;
	const open = opener(options, deadlineMs);
	type Within = (bytes: number) => void;
	const calling = <T>(
		call: string,
		work: (bucket: GcsBucket, signal: AbortSignal, within: Within) => Promise<T>,
	): Promise<T> =>
		storeCall({ store: name, call, deadlineMs }, async (signal, within) =>
			work(await open("ask"), signal, (bytes) => within(deadlineFor(bytes, deadlineMs))),
		);
	const read = (key: string, range: { start?: number; end?: number }) =>
		calling(`get ${key}`, (bucket, signal, within) =>
			orNull(bucket, () =>
				again(signal, async () => {
					const stream = (await open("read")).file(key).createReadStream({ decompress: false, ...range });
					signal.addEventListener("abort", () => stream.destroy());
					stream.once("response", ({ headers }) => within(Number(headers["content-length"] ?? 0)));
					return buffer(stream);
				}),
			),
		);
	return {
		name,
		put(key, body, how) {
			const writer = randomUUID();
			const options = saving(key, body, writer, how === "once");
			return calling(`put ${key}`, async (bucket, _signal, within) => {
				within(body.length);
				const refused = await bucket
					.file(key)
					.save(Buffer.from(body), options)
					.then(
						() => null,
						(error) => error,
					);
				if (refused === null) return "written";
				if (statusOf(refused) !== 412) throw refused;
				const [{ metadata }] = await bucket.file(key).getMetadata();
				return metadata?.[writerEntry] === writer ? "written" : "present";
			});
		},
		get: (key) => read(key, {}),
		async getRange(key, offset, length) {
			try {
				return await read(key, { start: offset, end: offset + length - 1 });
			} catch (error) {
				if (statusOf(error) === 416) return Buffer.alloc(0);
				throw error;
			}
		},
		head: (key) =>
			calling(`head ${key}`, (bucket) =>
				orNull(bucket, async () => {
					const [metadata] = await bucket.file(key).getMetadata();
					return factsOf(key, metadata);
				}),
			),
		remove: (key, how = "forget") =>
			calling(`remove ${key}`, async (bucket) => {
				try {
					await orNull(bucket, () => (objectLock === undefined || how === "hide" ? hide : forget)(bucket, key));
					return true;
				} catch (error) {
					if (statusOf(error) === 403) return false;
					throw error;
				}
			}),
		async *list(prefix, { after } = {}): AsyncGenerator<ObjectFacts> {
			let pageToken: string | undefined;
			do {
				const asked = { prefix, autoPaginate: false, ...defined({ startOffset: after, pageToken, maxResults }) };
				const [files, next] = await calling(`list ${prefix}`, (bucket) => bucket.getFiles(asked));
				// Google counts the key that the list starts at among those that it lists.
				for (const file of files) if (file.name !== after) yield factsOf(file.name, file.metadata);
				pageToken = (next as { pageToken?: string } | null)?.pageToken;
			} while (pageToken !== undefined);
		},
		protection: () =>
			calling("read how the bucket is protected", async (bucket) => {
				const [{ versioning, objectRetention }] = await bucket.getMetadata();
				return { versioned: versioning?.enabled === true, lockable: objectRetention?.mode === "Enabled" };
			}),
	};

	function saving(key: string, body: Uint8Array, writer: string, once: boolean): SaveOptions {
		return {
			resumable: false,
			timeout: deadlineFor(body.length, deadlineMs),
			// The server compares the sum before it shows the object; the SDK would do so afterwards, and delete it.
			validation: false,
			metadata: {
				contentType: typeOf(key),
				md5Hash: createHash("md5").update(body).digest("base64"),
				metadata: { [writerEntry]: writer },
				...(once && objectLock !== undefined ? { retention: retentionOf(objectLock) } : {}),
			},
			...(once ? { preconditionOpts: { ifGenerationMatch: 0 } } : {}),
		};
	}
}

function retentionOf({ mode, days }: NonNullable<StoreSettings["objectLock"]>) {
	return { mode: mode === "compliance" ? "Locked" : "Unlocked", retainUntilTime: lockedUntil(days).toISOString() };
}

async function hide(bucket: GcsBucket, key: string): Promise<void> {
	await bucket.file(key).delete();
}

/**
 * Where versions are kept, a delete that names none answers well and only hides a retained object. One that names it is
 * refused with 403, and uncovers no older version (Cloud Storage, "Object Versioning").
 */
async function forget(bucket: GcsBucket, key: string): Promise<void> {
	const [{ generation }] = await bucket.file(key).getMetadata();
	await bucket.file(key, defined({ generation })).delete();
}

/** A client reads its credentials once: another one follows it. */
function opener({ store, keys }: GcsStoreOptions, deadlineMs: number): (use: Use) => Promise<GcsBucket> {
	let opened: { readonly buckets: Readonly<Record<Use, GcsBucket>>; readonly until: number } | null = null;
	return async (use) => {
		if (opened !== null && Date.now() < opened.until) return opened.buckets[use];
		const identity = keys === null ? null : gcsIdentity(await keys());
		const bucket = (use: Use) => new Storage(clientOptions(store, identity, deadlineMs, use)).bucket(store.bucket);
		const until = keys === null ? Number.POSITIVE_INFINITY : Date.now() + keysMs;
		opened = { buckets: { ask: bucket("ask"), read: bucket("read") }, until };
		return opened.buckets[use];
	};
}

/**
 * When it asks for a body again, the SDK throws where nobody can catch it, and the process ends (seen on 8.4.0, when the
 * server says 500 or 503). What is read is asked for again here.
 */
type Use = "ask" | "read";

function clientOptions(
	{ endpoint }: StoreSettings,
	authClient: AuthClient | null,
	timeout: number,
	use: Use,
): StorageOptions {
	return {
		timeout,
		// Whatever is asked here may be asked twice: a write that replaces says the same again.
		retryOptions: {
			autoRetry: use === "ask",
			maxRetries: 2,
			totalTimeout: timeout / 1000,
			idempotencyStrategy: IdempotencyStrategy.RetryAlways,
		},
		...(authClient === null ? {} : { authClient }),
		...(endpoint === undefined ? {} : { apiEndpoint: endpoint, useAuthWithCustomEndpoint: asks(endpoint, authClient) }),
	};
}

/** After the first failure and the second. Milliseconds. */
const pauses = [500, 1000];

/** Where there was no answer, or no whole one, or one that may be another the next time (Google, "Retry strategy"). */
async function again<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
	for (const pause of pauses) {
		try {
			return await work();
		} catch (error) {
			const status = statusOf(error);
			if (signal.aborted || (status !== undefined && status < 500 && status !== 408 && status !== 429)) throw error;
			await setTimeout(pause, undefined, { signal });
		}
	}
	return work();
}

/** An endpoint without TLS, where we have no keys either, is an emulator: nobody there asks who we are. */
function asks(endpoint: string, identity: AuthClient | null): boolean {
	return identity !== null || !endpoint.startsWith("http://");
}

function factsOf(key: string, { size, updated }: FileMetadata): ObjectFacts {
	return { key, size: Number(size ?? 0), modifiedAt: new Date(updated ?? 0) };
}

/** Google says 404 of a bucket that is not there in the same words as of an object. */
async function orNull<T>(bucket: GcsBucket, call: () => Promise<T>): Promise<T | null> {
	try {
		return await call();
	} catch (error) {
		if (statusOf(error) !== 404) throw error;
		await bucket.getFiles({ maxResults: 1, autoPaginate: false });
		return null;
	}
}

function defined<T extends object>(given: T): { [K in keyof T]?: NonNullable<T[K]> } {
	const entries = Object.entries(given).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** An S3 bucket, Amazon's or any compatible one. */
import {
	DeleteObjectCommand,
	GetObjectCommand,
	HeadObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
	S3Client,
	type S3ClientConfig,
} from "@aws-sdk/client-s3";
import type { StoreSettings } from "../../objectives/settings.ts";
import type { ObjectFacts, ObjectStore } from "./objectStore.ts";
import type { KeySource, S3Keys } from "./storeKeys.ts";

export interface S3StoreOptions {
	readonly store: StoreSettings;
	readonly keys: KeySource<S3Keys>;
	/** For one call with its retries. Default {@link defaultDeadlineMs}. */
	readonly deadlineMs?: number;
}

/** A few megabytes over a slow line, and two retries. */
const defaultDeadlineMs = 30_000;
/** Keys are read again this often. */
const keysMs = 300_000;

export function s3Store(options: S3StoreOptions): ObjectStore {
	const { bucket: Bucket, name } = options.store;
	const client = new S3Client(clientConfig(options));
	const limit = () => ({ abortSignal: AbortSignal.timeout(options.deadlineMs ?? defaultDeadlineMs) });
	return {
		name,
		async put(Key, Body, how) {
			const once = how === "once" ? { IfNoneMatch: "*" } : {};
			try {
				await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: typeOf(Key), ...once }), limit());
				return "written";
			} catch (error) {
				if (statusOf(error) === 412) return "present";
				throw error;
			}
		},
		async get(Key) {
			return orNull(async () => {
				const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), limit());
				return Buffer.from((await Body?.transformToByteArray()) ?? []);
			});
		},
		async getRange(Key, offset, length) {
			const Range = `bytes=${offset}-${offset + length - 1}`;
			return orNull(async () => {
				const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range }), limit());
				return Buffer.from((await Body?.transformToByteArray()) ?? []);
			});
		},
		async head(key) {
			return orNull(async () => {
				const { ContentLength, LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key: key }), limit());
				return { key, size: ContentLength ?? 0, modifiedAt: LastModified ?? new Date(0) };
			});
		},
		async remove(Key) {
			try {
				await client.send(new DeleteObjectCommand({ Bucket, Key }), limit());
				return true;
			} catch (error) {
				if (statusOf(error) === 403) return false;
				throw error;
			}
		},
		async *list(Prefix, { after: StartAfter } = {}): AsyncGenerator<ObjectFacts> {
			let ContinuationToken: string | undefined;
			do {
				const asked = { Bucket, Prefix, StartAfter, ContinuationToken };
				const page = await client.send(new ListObjectsV2Command(asked), limit());
				for (const { Key, Size, LastModified } of page.Contents ?? []) {
					if (Key !== undefined) yield { key: Key, size: Size ?? 0, modifiedAt: LastModified ?? new Date(0) };
				}
				ContinuationToken = page.NextContinuationToken;
			} while (ContinuationToken !== undefined);
		},
	};
}

function clientConfig({ store, keys }: S3StoreOptions): S3ClientConfig {
	const { region, endpoint } = store;
	const credentials = async () => {
		const { accessKey, secretKey } = await (keys as () => Promise<S3Keys>)();
		return { accessKeyId: accessKey, secretAccessKey: secretKey, expiration: new Date(Date.now() + keysMs) };
	};
	return {
		region,
		maxAttempts: 3,
		// A bucket as part of the host name needs DNS that only Amazon's own endpoints have.
		...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
		...(keys === null ? {} : { credentials }),
	};
}

async function orNull<T>(call: () => Promise<T>): Promise<T | null> {
	try {
		return await call();
	} catch (error) {
		if (statusOf(error) === 404 && (error as Error).name !== "NoSuchBucket") return null;
		throw error;
	}
}

function statusOf(error: unknown): number | undefined {
	return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function typeOf(key: string): string {
	if (key.endsWith(".json")) return "application/json";
	return key.endsWith(".gz") ? "application/gzip" : "application/octet-stream";
}

/** An S3 bucket, Amazon's or any compatible one. */
import { randomUUID } from "node:crypto";
import {
	DeleteObjectCommand,
	GetBucketVersioningCommand,
	GetObjectCommand,
	GetObjectLockConfigurationCommand,
	HeadObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
	type PutObjectCommandInput,
	S3Client,
	type S3ClientConfig,
} from "@aws-sdk/client-s3";
import type { StoreSettings } from "../../objectives/settings.ts";
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
import { StoreError, statusOf, storeCall } from "./storeError.ts";
import type { KeySource, S3Keys } from "./storeKeys.ts";

export interface S3StoreOptions extends StoreOptions {
	readonly store: StoreSettings;
	readonly keys: KeySource<S3Keys>;
}

type Limit = { abortSignal: AbortSignal };

export function s3Store(options: S3StoreOptions): Bucket {
	const { store, deadlineMs = defaultDeadlineMs, pageSize: MaxKeys } = options;
	const { bucket: Bucket, name, objectLock } = store;
	const client = new S3Client(clientConfig(options));
	const calling = <T>(call: string, work: (limit: Limit, within: (bytes: number) => void) => Promise<T>): Promise<T> =>
		storeCall({ store: name, call, deadlineMs }, (abortSignal, within) =>
			work({ abortSignal }, (bytes) => within(deadlineFor(bytes, deadlineMs))),
		);
	const read = (Key: string, Range?: string) =>
		calling(`get ${Key}`, (limit, within) =>
			orNull(async () => {
				const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket, Key, Range }), limit);
				within(ContentLength ?? 0);
				return Buffer.from((await Body?.transformToByteArray()) ?? []);
			}),
		);
	return {
		name,
		put(Key, Body, how) {
			const writer = randomUUID();
			const asked = { Bucket, Key, Body, ContentType: typeOf(Key), Metadata: { [writerEntry]: writer } };
			const command = new PutObjectCommand({ ...asked, ...(how === "once" ? once(store) : {}) });
			return calling(`put ${Key}`, async (limit, within) => {
				within(Body.length);
				const refused = await client.send(command, limit).then(
					() => null,
					(error) => error,
				);
				if (refused === null) return "written";
				if (statusOf(refused) !== 412) throw explained(refused, store, Key);
				const { Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key }), limit);
				return Metadata?.[writerEntry] === writer ? "written" : "present";
			});
		},
		get: (key) => read(key),
		async getRange(key, offset, length) {
			try {
				return await read(key, `bytes=${offset}-${offset + length - 1}`);
			} catch (error) {
				if (statusOf(error) === 416) return Buffer.alloc(0);
				throw error;
			}
		},
		head: (key) =>
			calling(`head ${key}`, (limit) =>
				orNull(async () => {
					const { ContentLength, LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key: key }), limit);
					return { key, size: ContentLength ?? 0, modifiedAt: LastModified ?? new Date(0) };
				}),
			),
		remove: (Key, how = "forget") =>
			calling(`remove ${Key}`, async (limit) => {
				try {
					if (objectLock === undefined || how === "hide")
						await client.send(new DeleteObjectCommand({ Bucket, Key }), limit);
					else await removeVersions(client, { Bucket, Key }, limit);
					return true;
				} catch (error) {
					if (statusOf(error) === 403) return false;
					throw error;
				}
			}),
		async *list(Prefix, { after: StartAfter } = {}): AsyncGenerator<ObjectFacts> {
			let ContinuationToken: string | undefined;
			do {
				const asked = new ListObjectsV2Command({ Bucket, Prefix, StartAfter, ContinuationToken, MaxKeys });
				const page = await calling(`list ${Prefix}`, (limit) => client.send(asked, limit));
				for (const { Key, Size, LastModified } of page.Contents ?? []) {
					if (Key !== undefined) yield { key: Key, size: Size ?? 0, modifiedAt: LastModified ?? new Date(0) };
				}
				ContinuationToken = page.NextContinuationToken;
			} while (ContinuationToken !== undefined);
		},
		protection: () =>
			calling("read how the bucket is protected", async (limit) => {
				const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }), limit);
				return { versioned: Status === "Enabled", lockable: await lockable(client, Bucket, limit) };
			}),
	};
}

function once({ objectLock }: StoreSettings): Partial<PutObjectCommandInput> {
	if (objectLock === undefined) return { IfNoneMatch: "*" };
	const ObjectLockMode = objectLock.mode === "compliance" ? "COMPLIANCE" : "GOVERNANCE";
	return { IfNoneMatch: "*", ObjectLockMode, ObjectLockRetainUntilDate: lockedUntil(objectLock.days) };
}

/** Where versions are kept, a delete that names none only hides a locked object. One that names it is refused with 403. */
async function removeVersions(client: S3Client, object: { Bucket: string; Key: string }, limit: Limit): Promise<void> {
	for (;;) {
		const version = await orNull(async () => client.send(new HeadObjectCommand(object), limit));
		if (version === null) return;
		await client.send(new DeleteObjectCommand({ ...object, VersionId: version.VersionId }), limit);
	}
}

async function lockable(client: S3Client, Bucket: string, limit: Limit): Promise<boolean> {
	try {
		const { ObjectLockConfiguration } = await client.send(new GetObjectLockConfigurationCommand({ Bucket }), limit);
		return ObjectLockConfiguration?.ObjectLockEnabled === "Enabled";
	} catch (error) {
		if ((error as Error).name === "ObjectLockConfigurationNotFoundError") return false;
		throw error;
	}
}

function explained(error: unknown, { name, bucket, objectLock }: StoreSettings, key: string): unknown {
	if (objectLock === undefined || !/object ?lock/i.test(`${(error as Error).name} ${(error as Error).message}`)) {
		return error;
	}
	const remedy = `make one with object lock, or take objectLock out of the settings of the store`;
	const reason = `objectLock is declared, but bucket ${bucket} cannot lock objects (${(error as Error).message}); ${remedy}`;
	return new StoreError(name, `put ${key}`, reason, statusOf(error));
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

/** What opens a store, read from the Secret beside the database that the store names. */
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { StoreSettings } from "../../objectives/settings.ts";
import { withDeadline } from "../mysql/session.ts";

export interface StoreAccess {
	readonly config: KubeConfig;
	readonly namespace: string;
}

export interface S3Keys {
	readonly accessKey: string;
	readonly secretKey: string;
}

/** The JSON text of a service account's key, or of an external identity (workload identity federation). */
export interface GcsKeys {
	readonly credentials: string;
}

export type StoreKeys = S3Keys | GcsKeys;

/** Asked again and again, so that renewed keys are used. Null: what the pod's own identity gives, as the SDK finds it. */
export type KeySource<Keys extends StoreKeys> = (() => Promise<Keys>) | null;

const secretMs = 5000;

/** Null where the store names no Secret: whoever asks uses the pod's own identity. */
export async function storeKeys(store: StoreSettings, access: StoreAccess): Promise<StoreKeys | null> {
	return (await (store.kind === "s3" ? s3Keys(store, access) : gcsKeys(store, access))?.()) ?? null;
}

/** Entries `accessKey` and `secretKey`. */
export function s3Keys({ credentialsSecret: name }: StoreSettings, access: StoreAccess): KeySource<S3Keys> {
	if (name === undefined) return null;
	return async () => {
		const entry = await readEntries(access, name);
		return { accessKey: entry("accessKey"), secretKey: entry("secretKey") };
	};
}

/** Entry `credentials.json`. */
export function gcsKeys({ credentialsSecret: name }: StoreSettings, access: StoreAccess): KeySource<GcsKeys> {
	if (name === undefined) return null;
	return async () => ({ credentials: (await readEntries(access, name))("credentials.json") });
}

async function readEntries({ config, namespace }: StoreAccess, name: string): Promise<(entry: string) => string> {
	const core = config.makeApiClient(CoreV1Api);
	const secret = await withDeadline(core.readNamespacedSecret({ name, namespace }), secretMs, `reading Secret ${name}`);
	return (entry) => {
		const value = secret.data?.[entry];
		if (value === undefined) throw new Error(`Secret ${name} has no ${entry}`);
		return Buffer.from(value, "base64").toString("utf8");
	};
}

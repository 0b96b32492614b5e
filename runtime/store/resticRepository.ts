/**
 * How restic reaches the repository that lies in a declared store (restic's manual, "Preparing a new repository").
 *
 * For `restic copy` restic gives both repositories the same environment and options: two S3 stores with different keys, two
 * GCS stores with different credentials and two regions cannot be copied between in this way.
 */
import { join } from "node:path";
import type { StoreSettings } from "../../objectives/settings.ts";
import { repositoryPath } from "../backup/entry.ts";
import type { GcsKeys, S3Keys, StoreKeys } from "./storeKeys.ts";

export interface ResticPlace {
	readonly store: StoreSettings;
	readonly cluster: string;
	/** Null: the pod's own identity, which restic finds in the environment that it inherits (IRSA, Workload Identity). */
	readonly keys: StoreKeys | null;
	/** Where the caller may write {@link ResticAccess.credentials}: a folder that nobody else reads. */
	readonly folder: string;
}

export interface ResticAccess {
	/** For `--repo`; no secret. */
	readonly repository: string;
	/** For the child alone, besides what it inherits: it holds secrets. */
	readonly environment: Readonly<Record<string, string>>;
	/** Arguments, before the command; no secret. */
	readonly options: readonly string[];
	/** To be written, for its owner alone (0600), before restic starts. Null where there is none. */
	readonly credentials: { readonly file: string; readonly text: string } | null;
}

/** @throws when the keys are of another kind than the store */
export function resticAccess({ store, cluster, keys, folder }: ResticPlace): ResticAccess {
	const path = repositoryPath(cluster);
	if (store.kind === "s3") {
		if (keys !== null && !("accessKey" in keys)) throw wrongKind(store);
		return inS3(store, path, keys);
	}
	if (keys !== null && !("credentials" in keys)) throw wrongKind(store);
	return inGcs(store, path, keys, folder);
}

function inS3({ region, bucket, endpoint }: StoreSettings, path: string, keys: S3Keys | null): ResticAccess {
	const base = (endpoint ?? amazon(region)).replace(/\/+$/, "");
	return {
		repository: `s3:${base}/${bucket}/${path}`,
		environment: {
			AWS_DEFAULT_REGION: region,
			...(keys === null ? {} : { AWS_ACCESS_KEY_ID: keys.accessKey, AWS_SECRET_ACCESS_KEY: keys.secretKey }),
		},
		// A bucket as part of the host name needs DNS that only Amazon's own endpoints have.
		options: endpoint === undefined ? [] : ["-o", "s3.bucket-lookup=path"],
		credentials: null,
	};
}

/** The region's own endpoint (AWS General Reference, "Amazon S3 endpoints"). */
function amazon(region: string): string {
	return `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

function inGcs(
	{ name, bucket, endpoint }: StoreSettings,
	path: string,
	keys: GcsKeys | null,
	folder: string,
): ResticAccess {
	const credentials = keys === null ? null : { file: join(folder, `${name}.json`), text: keys.credentials };
	return {
		repository: `gs:${bucket}:/${path}`,
		environment: {
			...(credentials === null ? {} : { GOOGLE_APPLICATION_CREDENTIALS: credentials.file }),
			...(endpoint === undefined ? {} : elsewhere(endpoint, keys !== null)),
		},
		options: [],
		credentials,
	};
}

/** The name is Google's; the endpoint need not be an emulator. One without TLS and keys is: restic insists on a token. */
function elsewhere(endpoint: string, known: boolean): Record<string, string> {
	const emulator = !known && endpoint.startsWith("http://");
	return { STORAGE_EMULATOR_HOST: endpoint, ...(emulator ? { GOOGLE_ACCESS_TOKEN: "none" } : {}) };
}

function wrongKind({ name, kind }: StoreSettings): Error {
	return new Error(`store ${name}: the keys in its Secret are not those of a store of kind ${kind}`);
}

/** A store as values, which another process can open too. */
import type { StoreSettings } from "../../../objectives/settings.ts";
import type { BackupStore } from "../../../runtime/backup/backupStore.ts";
import { repositoryPath } from "../../../runtime/backup/entry.ts";
import { s3Store } from "../../../runtime/store/s3Store.ts";
import type { S3Keys } from "../../../runtime/store/storeKeys.ts";

export interface StorePlace {
	readonly store: StoreSettings;
	readonly keys: S3Keys;
}

export function backupStore({ store, keys }: StorePlace, cluster: string): BackupStore {
	return {
		objects: s3Store({ store, keys: async () => keys, deadlineMs: 10_000 }),
		repository: {
			name: store.name,
			repository: `s3:${store.endpoint}/${store.bucket}/${repositoryPath(cluster)}`,
			environment: {
				AWS_DEFAULT_REGION: store.region,
				AWS_ACCESS_KEY_ID: keys.accessKey,
				AWS_SECRET_ACCESS_KEY: keys.secretKey,
			},
		},
	};
}

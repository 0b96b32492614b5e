/** Two real S3 servers with keys of their own, as backups use them. */
import type { BackupStore } from "../../../runtime/backup/backupStore.ts";
import { repositoryPath } from "../../../runtime/backup/entry.ts";
import { s3Store } from "../../../runtime/store/s3Store.ts";
import { Gateway } from "../store/versitygw.ts";
import { cluster } from "./donorServer.ts";

export interface TestStore extends BackupStore {
	readonly gateway: Gateway;
}

export async function storesUp(program: string): Promise<readonly [TestStore, TestStore]> {
	const [first, second] = await Promise.all([Gateway.up(program, "store-1"), Gateway.up(program, "store-2", "other")]);
	return [backupStore(first), backupStore(second)];
}

function backupStore(gateway: Gateway): TestStore {
	const { store, keys } = gateway;
	return {
		gateway,
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

/** What is in the store, by its keys. */
export async function keysIn(store: BackupStore, prefix: string): Promise<string[]> {
	const found: string[] = [];
	for await (const { key } of store.objects.list(prefix)) found.push(key);
	return found;
}

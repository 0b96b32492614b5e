/** Two real S3 servers with keys of their own, as backups use them. */
import type { BackupStore } from "../../../runtime/backup/backupStore.ts";
import { Gateway } from "../store/versitygw.ts";
import { cluster } from "./donorServer.ts";
import { backupStore } from "./storePlace.ts";

export interface TestStore extends BackupStore {
	readonly gateway: Gateway;
}

export async function storesUp(program: string): Promise<readonly [TestStore, TestStore]> {
	const [first, second] = await Promise.all([Gateway.up(program, "store-1"), Gateway.up(program, "store-2", "other")]);
	return [
		{ gateway: first, ...backupStore(first, cluster) },
		{ gateway: second, ...backupStore(second, cluster) },
	];
}

/** What is in the store, by its keys. */
export async function keysIn(store: BackupStore, prefix: string): Promise<string[]> {
	const found: string[] = [];
	for await (const { key } of store.objects.list(prefix)) found.push(key);
	return found;
}

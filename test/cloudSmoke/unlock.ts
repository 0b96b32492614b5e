/** Google deletes no bucket with a version in it that is retained, and a trial leaves versions. */
import type { Storage } from "@google-cloud/storage";

/** Takes the lock from every version of what a trial has locked. It must be one in mode governance. */
export async function unlockInGoogle(storage: Storage, bucket: string, prefix: string): Promise<void> {
	const [versions] = await storage.bucket(bucket).getFiles({ prefix, versions: true });
	for (const version of versions) await version.setMetadata({ retention: null }, { overrideUnlockedRetention: true });
}

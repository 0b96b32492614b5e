/** Keeps a snapshot while something is made of it: the storage may need it until the new volume is there. */
import { snapshotAnnotations } from "./snapshot.ts";
import type { SnapshotStore } from "./snapshotStore.ts";

/**
 * @throws ApiError where it is gone, or may not be kept: nothing was begun then
 * @param by who, for whoever finds it there after the end of this process
 * @returns what `work` does
 */
export async function whileInUse<T>(
	store: Pick<SnapshotStore, "annotate">,
	{ name, by }: { readonly name: string; readonly by: string },
	work: () => Promise<T>,
): Promise<T> {
	await store.annotate(name, { [snapshotAnnotations.inUseBy]: by });
	try {
		return await work();
	} finally {
		// It may have been let go all the same; what was made of it does not need it any more.
		await store.annotate(name, { [snapshotAnnotations.inUseBy]: null }).catch(() => {});
	}
}

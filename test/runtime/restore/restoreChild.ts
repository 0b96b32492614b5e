/** A restore in a process of its own, which a test kills: it says on standard output how far it is. */
import { readFileSync } from "node:fs";
import type { RepositoryAccess } from "../../../runtime/backup/repository.ts";
import { type RestoreWork, restore } from "../../../runtime/restore/restore.ts";
import { parseTarget } from "../../../runtime/restore/target.ts";
import { awaitStop } from "../../../runtime/restore/waitingCopy.ts";
import { s3Store } from "../../../runtime/store/s3Store.ts";
import type { StorePlace } from "../backup/storePlace.ts";

export interface RestoreOptions extends Pick<RestoreWork, "cluster" | "key" | "folder"> {
	readonly to: string;
	readonly place: StorePlace;
	readonly repository: RepositoryAccess;
}

export function workOf({ place, repository, ...options }: RestoreOptions, report: RestoreWork["report"]): RestoreWork {
	const { store, keys } = place;
	return {
		...options,
		stores: [{ objects: s3Store({ store, keys: async () => keys }), repository }],
		bufferPool: 64 * 2 ** 20,
		// Several batches even of so little.
		batchBytes: 16 * 2 ** 10,
		report,
		onNote: () => {},
	};
}

if (process.argv[1] === import.meta.filename) {
	const options = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as RestoreOptions;
	const say = (line: string) => process.stdout.write(`${line}\n`);
	const work = workOf(options, ({ step, done }) => say(`${step} ${done ?? 0}`));
	const restored = await restore(parseTarget(options.to), work);
	await awaitStop(restored, work, async () => void say("waiting"));
}

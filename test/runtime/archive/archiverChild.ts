/** An archiver in a process of its own, which a test kills: what it lives by is in the file that it is given. */
import { readFileSync } from "node:fs";
import type { StoreSettings } from "../../../objectives/settings.ts";
import type { ArchiveLimits } from "../../../runtime/archive/archiver.ts";
import type { Reign } from "../../../runtime/archive/wanted.ts";
import { s3Store } from "../../../runtime/store/s3Store.ts";
import type { S3Keys } from "../../../runtime/store/storeKeys.ts";
import { type ClusterAccess, liveArchiver } from "./liveArchiver.ts";

export interface ChildOptions {
	readonly access: ClusterAccess;
	readonly reign: Reign;
	readonly stores: readonly { readonly store: StoreSettings; readonly keys: S3Keys }[];
	readonly recipients: readonly string[];
	readonly limits: Partial<ArchiveLimits>;
	readonly folder: string;
}

if (process.argv[1] === import.meta.filename) {
	const options = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as ChildOptions;
	liveArchiver({
		...options,
		keys: options,
		reign: () => options.reign,
		stores: options.stores.map(({ store, keys }) => s3Store({ store, keys: async () => keys, deadlineMs: 5000 })),
	});
}

/** A restic repository in a store: where backups lie. */
import type { BackupKeys } from "./keys.ts";

/** How restic reaches it. */
export interface RepositoryAccess {
	/** The store's name. */
	readonly name: string;
	/** What restic calls the repository: `s3:https://…`, `gs:…`. */
	readonly repository: string;
	/** What restic needs in its environment to reach it: keys of the store, never of the backup. */
	readonly environment: Readonly<Record<string, string>>;
	/** Arguments before the command. Default: none. */
	readonly options?: readonly string[];
}

/** What goes with every call of restic. */
export interface ResticContext {
	/** One key opens it; the other is only needed where a repository is made. */
	readonly keys: Pick<BackupKeys, "key"> & Partial<BackupKeys>;
	/** A folder that only we read: restic's cache and temporary files. */
	readonly folder: string;
	readonly signal?: AbortSignal | undefined;
}

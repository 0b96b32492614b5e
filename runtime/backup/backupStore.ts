/** One store as backups use it: its objects, and the restic repository among them. */
import type { ObjectStore } from "../store/objectStore.ts";
import { repositoryPath } from "./entry.ts";
import type { RepositoryAccess } from "./repository.ts";
import { type Gateway, repositoryGateway } from "./repositoryGateway.ts";

export interface BackupStore {
	readonly objects: ObjectStore;
	readonly repository: RepositoryAccess;
}

/** What a store did not do, and why. The other one goes on. */
export interface Away {
	readonly store: string;
	readonly error: string;
}

export const gatewayTo = (cluster: string, { objects }: BackupStore): Promise<Gateway> =>
	repositoryGateway(objects, repositoryPath(cluster));

export const nameOf = ({ objects }: BackupStore) => objects.name;

export function away(store: BackupStore, error: unknown): Away {
	return { store: nameOf(store), error: error instanceof Error ? error.message : String(error) };
}

/** What the stores that a stack makes have in common, whichever cloud they are in. */
import type * as pulumi from "@pulumi/pulumi";
import { inSeconds, type Retention } from "../../objectives/index.ts";
import { archiveName, backupName, type Place, restoreName } from "../naming.ts";
import type { Identity } from "./layout.ts";

/** A bucket that is to be made. */
export interface BucketPlan {
	readonly region: string;
	readonly bucket: string;
	/** A second region that it lies in, where it is one bucket in two. */
	readonly alsoIn?: string | undefined;
}

/** A database whose backups go there. */
export interface StoredDatabase extends Place {
	/** How long the plan keeps each kind: nothing is let go before. */
	readonly retention: Retention;
}

/** What both clouds' stores are declared from. */
export interface MadeStoresArgs {
	/** The beginning of the names of what is not a bucket. */
	readonly name: string;
	/** In the site's region. */
	readonly near: BucketPlan;
	/** In one that survives it. */
	readonly far: BucketPlan;
	/** `governance`: whoever is named may delete before the time. `compliance`: nobody may, the account's owner neither. */
	readonly objectLock: { readonly mode: "governance" | "compliance"; readonly days: number };
	readonly databases: readonly StoredDatabase[];
}

/** The same where the near bucket may lie in both regions; then there is no other. */
export type MaybeOneStore = Omit<MadeStoresArgs, "far"> & { readonly far?: BucketPlan | undefined };

/** By what a pod shows who it is. */
export interface Access {
	/** Of the ServiceAccount. */
	readonly annotations: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The rights of one database's pods. */
export type DatabaseAccess = Readonly<Record<Identity, Access>>;

/** Stores that this stack has made. */
export interface MadeStores extends pulumi.Resource {
	/** By the database's name. */
	readonly access: Readonly<Record<string, DatabaseAccess>>;
}

/** The ServiceAccount of each identity. */
export const accounts: Readonly<Record<Identity, string>> = {
	archiver: archiveName,
	jobs: backupName,
	restorer: restoreName,
};

/** For so many days what was deleted or replaced can be brought back: as long as the plan keeps anything. */
export function undeleteDays(databases: readonly Pick<StoredDatabase, "retention">[]): number {
	const kept = databases.flatMap(({ retention }) => Object.values(retention).map(inSeconds));
	return Math.ceil(Math.max(...kept) / 86_400);
}

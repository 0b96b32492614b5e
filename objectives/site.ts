import type { Size } from "./size.ts";

/** An object store that keeps backups and the archive. */
export interface StoreFacts {
	readonly name: string;
	readonly region: string;
	/** A second region in which the bucket lies: what is written is there within what turbo replication promises. */
	readonly alsoIn?: string | undefined;
}

/** A second site that replicates this one and can take over. */
export interface StandbyFacts {
	readonly name: string;
	readonly region: string;
}

/** What is known of the place where a database lives; plan and forecast depend on nothing else. */
export interface SiteFacts {
	readonly name: string;
	readonly region: string;
	/** Failure zones with at least one node each. */
	readonly zones: readonly string[];
	/** Size of the database's volume: what a restore or a rebuild may have to copy. */
	readonly volume: Size;
	/** Stores in different regions; the archive is written to each. */
	readonly stores: readonly StoreFacts[];
	/** IANA name of the timezone in which schedules are read. */
	readonly timezone: string;
	/** Whether volumes can be snapshot here. */
	readonly snapshots: boolean;
	/** A standby site, if one is declared. */
	readonly standby?: StandbyFacts | undefined;
}

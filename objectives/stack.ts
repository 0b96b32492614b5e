import type { z } from "zod";
import type { contactSchema, storeSchema } from "./configSchema.ts";
import type { PlanOverrides } from "./plan.ts";
import type { Objectives } from "./scenarios.ts";
import type { SqlCheck } from "./settings.ts";
import type { SiteFacts } from "./site.ts";
import type { Size } from "./size.ts";

/** The place where the stack's databases live. */
export interface SiteConfig {
	readonly name: string;
	readonly region: string;
	readonly zones: readonly string[];
	readonly storageClass?: string | undefined;
	readonly snapshotClass?: string | undefined;
	/** How clients outside the cluster reach it; default NodePort on the local site, else ClusterIP (not at all). */
	readonly expose: "NodePort" | "LoadBalancer" | "ClusterIP";
	readonly cluster: "local" | "existing";
}

/** One protected database. */
export interface DatabaseConfig {
	readonly name: string;
	/** Default: the name. */
	readonly namespace: string;
	readonly objectives: Objectives;
	readonly overrides: PlanOverrides;
	readonly volume: Size;
	/** Requests and limits alike; default 250m and 1Gi. `cpu` is a Kubernetes quantity. */
	readonly resources: { readonly cpu: string; readonly memory: Size };
	/** Image of MySQL; default the runtime's. */
	readonly image?: string | undefined;
	/** The application's schema; default "app". */
	readonly schema: string;
	readonly credentials?: { readonly existingSecret: string } | undefined;
	readonly tls?: { readonly existingSecret: string } | undefined;
	readonly backup: BackupConfig;
}

/** How one database's backups are made and tried. */
export interface BackupConfig {
	/** With `key` and `recoveryKey`; default: made in the cluster at first boot. */
	readonly key?: { readonly existingSecret: string } | undefined;
	/** Of the volume on which backups are booted and restores are tried; default: the database's volume. */
	readonly scratch: Size;
	/** Of that volume; default: the site's. */
	readonly storageClass?: string | undefined;
	/** Asked of every restored copy by the restore test. */
	readonly checks: readonly SqlCheck[];
}

/** Someone who is called. */
export type Contact = Readonly<z.infer<typeof contactSchema>>;

/** A bucket that keeps backups and the archive. */
export type StoreConfig = Readonly<z.infer<typeof storeSchema>>;

/** The whole configuration of a stack, checked. */
export interface StackConfig {
	readonly site: SiteConfig;
	readonly databases: readonly DatabaseConfig[];
	/** Empty on a local site that brings its own. */
	readonly stores: readonly StoreConfig[];
	readonly contacts: readonly Contact[];
	/** In which schedules are read; default Etc/UTC. */
	readonly timezone: string;
	readonly images: { readonly runtime?: string | undefined };
}

/** A configuration as far as it could be read: entries of lists keep their index. */
export interface ReadableConfig extends Partial<Omit<StackConfig, "databases" | "stores" | "contacts">> {
	readonly databases?: readonly (DatabaseConfig | undefined)[] | undefined;
	readonly stores?: readonly (StoreConfig | undefined)[] | undefined;
	readonly contacts?: readonly (Contact | undefined)[] | undefined;
}

/** What plan and forecast need to know of the place where this database lives. */
export function siteFacts(
	config: Pick<StackConfig, "site" | "stores" | "timezone">,
	database: Pick<DatabaseConfig, "volume">,
): SiteFacts {
	const { name, region, zones, cluster, snapshotClass } = config.site;
	return {
		name,
		region,
		zones,
		volume: database.volume,
		stores: config.stores.map((store) => ({
			name: store.name,
			region: store.region,
		})),
		timezone: config.timezone,
		snapshots: cluster === "local" || snapshotClass !== undefined,
	};
}

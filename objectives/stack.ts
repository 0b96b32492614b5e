import type { z } from "zod";
import type { CloudConfig } from "./cloud.ts";
import type { eksSchema, gkeSchema, referenceSchema } from "./clusterSchema.ts";
import type { contactSchema, storeSchema } from "./configSchema.ts";
import type { dnsSchema } from "./dnsSchema.ts";
import type { madeStoresSchema } from "./madeStoresSchema.ts";
import type { PlanOverrides } from "./plan.ts";
import type { Objectives } from "./scenarios.ts";
import type { SqlCheck } from "./settings.ts";
import type { SiteFacts } from "./site.ts";
import type { Size } from "./size.ts";
import type { storageSchema } from "./storageSchema.ts";

/** The place where the stack's databases live. */
export interface SiteConfig {
	readonly name: string;
	readonly region: string;
	readonly zones: readonly string[];
	readonly storageClass?: string | undefined;
	readonly snapshotClass?: string | undefined;
	/** What the volumes lie on; the stack declares the classes of it. Default: the classes that are named, or the cluster's. */
	readonly storage?: StorageConfig | undefined;
	/** How clients outside the cluster reach it; default NodePort on the local site, else ClusterIP (not at all). */
	readonly expose: "NodePort" | "LoadBalancer" | "ClusterIP";
	readonly cluster: "local" | "existing" | "eks" | "gke";
	/** How the cluster is made, where the stack does. */
	readonly eks?: EksConfig | undefined;
	readonly gke?: GkeConfig | undefined;
	/** The stack that has the kubeconfig of an existing cluster. Default: `kubernetes:context` or `kubernetes:kubeconfig`. */
	readonly kubeconfigFrom?: KubeconfigReference | undefined;
}

/** An EKS cluster that the stack makes. */
export type EksConfig = Readonly<z.infer<typeof eksSchema>>;

/** A GKE cluster that the stack makes. */
export type GkeConfig = Readonly<z.infer<typeof gkeSchema>>;

/** An output of another stack. */
export type KubeconfigReference = Readonly<z.infer<typeof referenceSchema>>;

/** What a site's volumes lie on. */
export type StorageConfig = Readonly<z.infer<typeof storageSchema>>;

/** One protected database. */
export interface DatabaseConfig {
	readonly name: string;
	/** Default: the name. */
	readonly namespace: string;
	readonly objectives: Objectives;
	readonly overrides: PlanOverrides;
	readonly volume: Size;
	/** The volumes grow by themselves before they are full, up to this. Default: they do not. */
	readonly volumeGrowth?: { readonly upTo: Size } | undefined;
	/** Requests and limits alike; default 250m and 1Gi. `cpu` is a Kubernetes quantity. */
	readonly resources: { readonly cpu: string; readonly memory: Size };
	/** Image of MySQL; default the runtime's. */
	readonly image?: string | undefined;
	/** The application's schema; default "app". */
	readonly schema: string;
	readonly credentials?: { readonly existingSecret: string } | undefined;
	readonly tls?: { readonly existingSecret: string } | undefined;
	readonly backup: BackupConfig;
	/** The name by which applications reach it, wherever it is. Default: only those of its Services. */
	readonly dns?: DnsConfig | undefined;
}

/** A name in the cloud's DNS. */
export type DnsConfig = Readonly<z.infer<typeof dnsSchema>>;

/** How one database's backups are made and tried. */
export interface BackupConfig {
	/** With `key` and `recoveryKey`; default: made in the cluster at first boot. */
	readonly key?: { readonly existingSecret: string } | undefined;
	/** Of the volume on which backups are booted and restores are tried; default: the database's, as large as it may become. */
	readonly scratch: Size;
	/** Of that volume; default: the site's. */
	readonly storageClass?: string | undefined;
	/** Of the archiver's volume; default: a tenth of the database's ({@link defaultSpool}). */
	readonly spool: Size;
	/** Of the archiver's container: one transaction must fit in it several times. Default: a quarter of an instance's. */
	readonly archiverMemory: Size;
	/** Asked of every restored copy by the restore test. */
	readonly checks: readonly SqlCheck[];
}

/** Someone who is called. */
export type Contact = Readonly<z.infer<typeof contactSchema>>;

/** A bucket that keeps backups and the archive. */
export type StoreConfig = Readonly<z.infer<typeof storeSchema>> & {
	/** A second region that the bucket lies in, where the stack makes one bucket in two. */
	readonly alsoIn?: string | undefined;
};

/** Stores that the stack makes in its cloud, in both of its regions. */
export type MadeStoresConfig = Readonly<z.infer<typeof madeStoresSchema>>;

/** The whole configuration of a stack, checked. */
export interface StackConfig {
	/** Where the stack makes what is not Kubernetes'; undefined: nothing. */
	readonly cloud?: CloudConfig | undefined;
	readonly site: SiteConfig;
	readonly databases: readonly DatabaseConfig[];
	/** Empty on a local site that brings its own. Those that the stack makes are among them. */
	readonly stores: readonly StoreConfig[];
	/** How the stores are made; undefined: they exist. */
	readonly madeStores?: MadeStoresConfig | undefined;
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
	database: Pick<DatabaseConfig, "volume" | "volumeGrowth">,
): SiteFacts {
	const { name, region, zones, cluster, snapshotClass, storage } = config.site;
	return {
		name,
		region,
		zones,
		// The promise holds for what it may become, too.
		volume: database.volumeGrowth?.upTo ?? database.volume,
		stores: config.stores.map((store) => ({
			name: store.name,
			region: store.region,
			...(store.alsoIn === undefined ? {} : { alsoIn: store.alsoIn }),
		})),
		timezone: config.timezone,
		snapshots: cluster === "local" || snapshotClass !== undefined || storage !== undefined,
	};
}

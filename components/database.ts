/** From one database's configuration to what its components are declared from. Pure. */
import {
	type Cloud,
	type DatabaseConfig,
	forecast,
	formatSize,
	type Plan,
	plan,
	type Settings,
	type StackConfig,
	type StoreSettings,
	siteFacts,
	UserError,
} from "../objectives/index.ts";
import type { BackupsArgs } from "./backups.ts";
import type { DatabaseHomeArgs } from "./databaseHome.ts";
import type { MysqlClusterArgs } from "./mysqlCluster.ts";
import { type DatabaseFacts, databaseFacts } from "./outputs.ts";
import { canonicalCpu } from "./podSecurity.ts";
import { type DatabaseSecrets, databaseSecrets } from "./secrets.ts";
import { instanceHash, settingsHash } from "./settings.ts";
import type { SnapshotsArgs } from "./snapshots.ts";
import { type OfferedStore, storeSettings } from "./stores/s3Compatible.ts";
import type { WatchdogArgs } from "./watchdog.ts";

/** What a site offers to the databases on it. */
export interface SiteOffers {
	readonly storageClass?: string | undefined;
	/** Of volumes that are made to be thrown away; default: the storage class. */
	readonly scratchClass?: string | undefined;
	/** Class of volume snapshots; undefined where there are none. */
	readonly snapshotClass?: string | undefined;
	/** The runtime image that the site has built, where the configuration names none. */
	readonly runtimeImage?: string | undefined;
	/** The buckets that the site brings, where the configuration names none. */
	readonly stores?: readonly OfferedStore[] | undefined;
}

/** The args of each component of one database, and what the stack says of it. */
export interface DatabaseArgs {
	readonly name: string;
	readonly home: DatabaseHomeArgs;
	readonly watchdog: WatchdogArgs;
	readonly mysql: MysqlClusterArgs;
	/** Null where there is no store to write to. */
	readonly backups: BackupsArgs | null;
	/** Null where volumes cannot be snapshot. */
	readonly snapshots: SnapshotsArgs | null;
	readonly facts: DatabaseFacts;
}

/**
 * @param index which of the configured databases
 * @throws UserError where a promise cannot be kept, or nobody says which runtime image to use
 */
export function databaseArgs(config: StackConfig, index: number, offers: SiteOffers, stack: string): DatabaseArgs {
	const database = config.databases[index] as DatabaseConfig;
	const { objectives } = database;
	const site = siteFacts(config, database);
	const chosen = plan(objectives, site, database.overrides);
	const stores = storeSettings(config, offers.stores);
	const secrets = databaseSecrets(database, stores);
	const runtimeImage = runtimeImageOf(config, offers);
	const settings = databaseSettings(config, database, { chosen, secrets, stores, offers, runtimeImage });
	const image = database.image ?? runtimeImage;
	const common = {
		cluster: database.name,
		namespace: database.namespace,
		rto: objectives.rto,
		rpo: objectives.rpo,
		plan: chosen,
	};
	const { volume, volumeGrowth } = database;
	const storage = { volume, storageClass: offers.storageClass };
	return {
		name: database.name,
		home: { ...common, ...storage, grows: volumeGrowth !== undefined, settings, setting: `databases[${index}]` },
		watchdog: { ...common, image: runtimeImage, settingsHash: settingsHash(settings), secrets },
		mysql: {
			...common,
			...storage,
			objectives,
			site,
			image,
			runtimeImage,
			resources: { cpu: canonicalCpu(database.resources.cpu), memory: formatSize(database.resources.memory) },
			expose: config.site.expose,
			balancer: config.site.expose === "LoadBalancer" && config.cloud ? balancers[config.cloud.provider] : {},
			named: database.dns !== undefined,
			credentials: secrets.credentials,
			certificates: secrets.certificates,
			instanceHash: instanceHash(settings),
		},
		backups:
			stores.length === 0
				? null
				: {
						...common,
						image: runtimeImage,
						settingsHash: settingsHash(settings),
						secrets,
						scratch: database.backup.scratch,
						spool: database.backup.spool,
						archiverMemory: formatSize(database.backup.archiverMemory),
						storageClass: settings.backup.storageClass,
						jobMemory: formatSize(database.resources.memory),
					},
		snapshots:
			offers.snapshotClass === undefined
				? null
				: {
						...common,
						image: runtimeImage,
						secrets,
						volume: database.volume,
						storageClass: offers.scratchClass ?? offers.storageClass,
						jobMemory: formatSize(database.resources.memory),
					},
		facts: databaseFacts({
			stack,
			...common,
			site: site.name,
			region: site.region,
			objectives,
			forecast: forecast(chosen, site),
			madeStores: config.madeStores !== undefined,
			contacts: config.contacts,
			images: { mysql: image, runtime: runtimeImage },
		}),
	};
}

/**
 * Load balancers of the cloud's inner network: a Service says nothing else, and then some clouds make one of the Internet.
 * AWS: a network load balancer, since the classic one ends what is silent for a minute.
 */
const balancers = {
	aws: {
		"service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
		"service.beta.kubernetes.io/aws-load-balancer-internal": "true",
	},
	gcp: { "networking.gke.io/load-balancer-type": "Internal" },
} as const satisfies Record<Cloud, Readonly<Record<string, string>>>;

/** What follows from configuration and site. */
interface Derived {
	readonly chosen: Plan;
	readonly secrets: DatabaseSecrets;
	readonly stores: readonly StoreSettings[];
	readonly offers: SiteOffers;
	readonly runtimeImage: string;
}

function databaseSettings(
	{ site, contacts }: StackConfig,
	database: DatabaseConfig,
	{ chosen, secrets, stores, offers, runtimeImage }: Derived,
): Settings {
	const storageClass = database.backup.storageClass ?? offers.scratchClass ?? offers.storageClass;
	return {
		cluster: database.name,
		namespace: database.namespace,
		site: site.name,
		region: site.region,
		zones: site.zones,
		members: chosen.topology.instances,
		schema: database.schema,
		clusterDomain: "cluster.local",
		memory: database.resources.memory,
		credentialsManaged: database.credentials === undefined,
		credentialsSecret: secrets.credentials,
		tlsManaged: database.tls === undefined,
		tlsSecret: secrets.certificates,
		plan: chosen,
		contacts,
		stores,
		backup: {
			keySecret: secrets.backupKey,
			keyManaged: database.backup.key === undefined,
			scratchBytes: database.backup.scratch,
			volumeBytes: database.volume,
			...(storageClass ? { storageClass } : {}),
			runtimeImage,
			checks: database.backup.checks,
		},
		...(database.volumeGrowth ? { volumeGrowth: { upTo: database.volumeGrowth.upTo } } : {}),
		snapshots: offers.snapshotClass === undefined ? {} : { snapshotClass: offers.snapshotClass },
	};
}

function runtimeImageOf({ images }: StackConfig, offers: SiteOffers): string {
	const image = images.runtime ?? offers.runtimeImage;
	if (image !== undefined) return image;
	throw new UserError({
		field: "images.runtime",
		value: undefined,
		wrong: "is missing, and this cluster is not the local site that builds one",
		remedy: "write the image that you built from the Containerfile",
	});
}

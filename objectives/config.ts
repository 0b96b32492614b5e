import type { z } from "zod";
import { defaultArchiverMemory, defaultSpool } from "./archiveRoom.ts";
import { lockDays, shortestArchive } from "./backupChecks.ts";
import { type CloudConfig, clouds, clusterKinds, regionPair, storageProfiles, zonesOf } from "./cloud.ts";
import { dualRegion, dualRegionFaults } from "./cloudChecks.ts";
import { checkStack } from "./configChecks.ts";
import { problemsOf } from "./configProblems.ts";
import * as schema from "./configSchema.ts";
import { shown, UserError } from "./error.ts";
import { cloudSchema, madeStoresSchema } from "./madeStoresSchema.ts";
import { suggestion } from "./names.ts";
import { objectives } from "./scenarios.ts";
import { size } from "./size.ts";
import type { DatabaseConfig, MadeStoresConfig, ReadableConfig, StackConfig, StoreConfig } from "./stack.ts";

const sectionNames = ["cloud", "regions", "site", "databases", "stores", "contacts", "timezone", "images"] as const;

/**
 * Parses and checks a stack's configuration, once and whole: the forecasts of every database are among the checks.
 * @param raw `{cloud, regions, site, databases, stores, contacts, timezone, images}`, each as YAML or Pulumi's `config.getObject` gives it
 * (a JSON text is read too); undefined where it is not set
 * @throws UserError with every problem found in `problems`; each names field, value and remedy in one line
 */
export function parseConfig(raw: unknown): StackConfig {
	const problems: UserError[] = [];
	const config = readConfig(raw, problems);
	problems.push(...checkStack(config));
	const [first, ...others] = problems;
	if (first) throw UserError.of([first, ...others]);
	return config as StackConfig;
}

/** Each section alone, so that a fault in one does not hide those of the others. */
function readConfig(raw: unknown, problems: UserError[]): ReadableConfig {
	if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
		problems.push(notAConfiguration(raw));
		return {};
	}
	const given = raw as Readonly<Record<string, unknown>>;
	problems.push(...Object.keys(given).flatMap(unknownSection));
	const section: Section = (name, absent) => unwrapped(given[name], name) ?? absent;
	const read = reader(problems);
	const { cloud, assumed } = readCloud(section, problems);
	const site = read(schema.siteSchema, ["site"], siteIn(assumed, section("site")));
	const images = read(schema.imagesSchema, ["images"], section("images", {}));
	const databases = read(schema.databasesSchema, ["databases"], section("databases"));
	const { stores, madeStores } = readStores(read, section("stores", []));
	const contacts = read(schema.contactsSchema, ["contacts"], section("contacts"));
	return withMadeStores({
		cloud,
		// Where the cloud is said wrongly, that is all there is to say of stores in it.
		madeStores: assumed && !cloud ? undefined : madeStores,
		site: site && {
			...site,
			// A fault of the cloud's is not told again as one of the cluster in it.
			cluster: assumed && !cloud && site.cluster !== "local" ? "existing" : clusterIn(cloud, site.cluster),
			expose: site.expose ?? (site.cluster === "local" ? "NodePort" : "ClusterIP"),
		},
		databases: databases?.map((entry, index) =>
			completedDatabase(read(schema.databaseSchema, ["databases", index], entry)),
		),
		stores: stores?.map((entry, index) => read(schema.storeSchema, ["stores", index], entry)),
		contacts: contacts?.map((entry, index) => read(schema.contactSchema, ["contacts", index], entry)),
		timezone: read(schema.timezoneSchema, ["timezone"], section("timezone", "Etc/UTC")),
		images,
	} as ReadableConfig);
}

type Section = (name: (typeof sectionNames)[number], absent?: unknown) => unknown;

interface ReadCloud {
	readonly cloud?: CloudConfig;
	/** The same, or any where it could not be read: so that one fault is not told again as a site without a region. */
	readonly assumed?: CloudConfig;
}

/** Cloud and regions are one thing said in two lines, so that either can be changed alone. */
function readCloud(section: Section, problems: UserError[]): ReadCloud {
	const [given, regions] = [section("cloud"), section("regions")];
	if (given === undefined) {
		if (regions !== undefined) problems.push(cloudMissing(regions));
		return {};
	}
	const provider = reader(problems)(cloudSchema, ["cloud"], given);
	try {
		if (provider) {
			const cloud = { provider, regions: regionPair(provider, regions) };
			return { cloud, assumed: cloud };
		}
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		problems.push(...error.problems);
	}
	const any = provider ?? clouds[0];
	return { assumed: { provider: any, regions: regionPair(any, "europe") } };
}

function cloudMissing(value: unknown): UserError {
	const remedy = `set cloud to ${clouds.join(" or ")}, or leave regions out`;
	return new UserError({ field: "cloud", value, wrong: "is missing, and regions are set", remedy });
}

/** The site's own settings, and behind them what follows from the cloud. */
function siteIn(cloud: CloudConfig | undefined, given: unknown): unknown {
	if (!cloud || typeof given !== "object" || given === null) return given;
	const { provider, regions } = cloud;
	const region = (given as { region?: unknown }).region ?? regions[0];
	const { storage } = given as { storage?: unknown };
	const classes = "storageClass" in given || "snapshotClass" in given;
	return {
		region,
		...(typeof region === "string" ? { zones: zonesOf(provider, region) } : {}),
		...(classes ? {} : { storage: { profile: storageProfiles[provider] } }),
		...given,
		...(isGroup(storage) ? { storage: { profile: storageProfiles[provider], ...storage } } : {}),
	};
}

const isGroup = (value: unknown): value is object =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** One that is made is of the cloud that is set, so that the cloud alone can be changed. */
function clusterIn(cloud: CloudConfig | undefined, cluster: string): string {
	return cluster === "made" && cloud ? clusterKinds[cloud.provider] : cluster;
}

/** A list of what exists, or a group of settings by which the stack makes them. */
function readStores(read: Reader, given: unknown) {
	if (typeof given === "object" && given !== null && !Array.isArray(given)) {
		return { madeStores: read(madeStoresSchema, ["stores"], given) };
	}
	return { stores: read(schema.storesSchema, ["stores"], given) };
}

/** The stores that are made, as if they were configured: a lock ends when the shortest archive in them does. */
function withMadeStores(config: ReadableConfig): ReadableConfig {
	const { cloud, madeStores } = config;
	if (!cloud || !madeStores) return config;
	// Where it is refused, that is all there is to say of it.
	const spread = dualRegion(config) && dualRegionFaults(config).length === 0;
	const stores = spread ? [storeInBoth(cloud, madeStores)] : storesInEach(cloud, madeStores);
	const shortest = shortestArchive({ ...config, stores });
	if (!shortest) return { ...config, stores };
	const objectLock = { mode: madeStores.objectLock, days: lockDays(shortest) };
	return { ...config, stores: stores.map((store) => ({ ...store, objectLock })) };
}

function storesInEach({ provider, regions }: CloudConfig, { bucket }: MadeStoresConfig): readonly StoreConfig[] {
	return regions.map((region, index) => ({
		name: index === 0 ? "near" : "far",
		region,
		kind: provider === "aws" ? "s3" : "gcs",
		bucket: `${bucket}-${region}`,
	}));
}

function storeInBoth({ regions: [region, alsoIn] }: CloudConfig, { bucket }: MadeStoresConfig): StoreConfig {
	return { name: "both", region, alsoIn, kind: "gcs", bucket: `${bucket}-dual` };
}

type Reader = ReturnType<typeof reader>;

/** Reads with a schema; what does not fit is undefined and among the problems. */
function reader(problems: UserError[]) {
	return <Value>(schema: z.ZodType<Value>, path: readonly PropertyKey[], value: unknown): Value | undefined => {
		const result = schema.safeParse(value);
		if (result.success) return result.data;
		problems.push(...problemsOf(result.error, schema, path, value));
		return undefined;
	};
}

function notAConfiguration(raw: unknown): UserError {
	return new UserError({
		field: "config",
		value: raw,
		wrong: `${shown(raw)} is not a configuration`,
		remedy: `set ${sectionNames.join(", ")}`,
	});
}

function unknownSection(name: string): UserError[] {
	if ((sectionNames as readonly string[]).includes(name)) return [];
	const remedy = suggestion(name, sectionNames);
	return [new UserError({ field: name, value: undefined, wrong: "is not a setting", remedy })];
}

/** A section that came as JSON text. */
function unwrapped(value: unknown, name: string): unknown {
	if (typeof value !== "string" || name === "timezone") return value;
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}

const defaultMemory = size("1Gi");

/** How its backups are made, with what follows from its size filled in. */
function completedBackup({ backup, ...given }: z.infer<typeof schema.databaseSchema>): DatabaseConfig["backup"] {
	const largest = given.volumeGrowth?.upTo ?? given.volume;
	return {
		...backup,
		scratch: backup?.scratch ?? largest,
		spool: backup?.spool ?? defaultSpool(largest),
		archiverMemory: backup?.archiverMemory ?? defaultArchiverMemory(given.resources?.memory ?? defaultMemory),
		checks: backup?.checks ?? [],
	};
}

/** A database with its defaults filled in. */
function completedDatabase(given: z.infer<typeof schema.databaseSchema> | undefined): DatabaseConfig | undefined {
	if (!given) return undefined;
	const { tier, rto, rpo, scenarios, archive, schedules, ...rest } = given;
	return {
		...rest,
		namespace: given.namespace ?? given.name,
		schema: given.schema ?? "app",
		resources: {
			cpu: given.resources?.cpu ?? "250m",
			memory: given.resources?.memory ?? defaultMemory,
		},
		objectives: objectives(tier, { rto, rpo, scenarios }),
		backup: completedBackup(given),
		overrides: { ...(archive && { archive }), ...(schedules && { schedules }) },
	};
}

import { checkBackups } from "./backupChecks.ts";
import { checkCloud } from "./cloudChecks.ts";
import { checkCluster } from "./clusterChecks.ts";
import { checkDns } from "./dnsChecks.ts";
import { UserError } from "./error.ts";
import { plan } from "./planning.ts";
import { formatSize } from "./size.ts";
import { type DatabaseConfig, type ReadableConfig, type StackConfig, siteFacts } from "./stack.ts";
import { checkStorage } from "./storageChecks.ts";

const reservedNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** Everything that is wrong although each setting alone is well formed. */
export function checkStack(config: ReadableConfig): UserError[] {
	return [
		...checkZones(config),
		...checkNames(config),
		...checkNamespaces(config),
		...checkStores(config),
		...checkContacts(config),
		...checkImages(config),
		...checkGrowth(config),
		...checkPromises(config),
		...checkBackups(config),
		...checkStorage(config),
		...checkCloud(config),
		...checkCluster(config),
		...checkDns(config),
	];
}

function checkZones({ site }: ReadableConfig): UserError[] {
	return doubles("site.zones", site?.zones, (zone) => zone, {
		wrong: "is named twice",
		remedy: "a zone counts once: remove it or name another one",
	});
}

function checkNames({ databases }: ReadableConfig): UserError[] {
	return doubles("databases", databases, ({ name }) => ["name", name], {
		wrong: "names two databases",
		remedy: "give each database a name of its own",
	});
}

function checkNamespaces({ databases }: ReadableConfig): UserError[] {
	const reserved = each(databases, ({ namespace }, index) =>
		reservedNamespaces.includes(namespace)
			? new UserError({
					field: `databases[${index}].namespace`,
					value: namespace,
					wrong: `"${namespace}" belongs to Kubernetes`,
					remedy: "give the database a namespace of its own",
				})
			: undefined,
	);
	const shared = doubles("databases", databases, ({ namespace }) => ["namespace", namespace], {
		wrong: "is the namespace of two databases",
		remedy: "give each database a namespace of its own: the objects in it have fixed names",
	});
	return [...reserved, ...shared];
}

function checkStores({ stores, site }: ReadableConfig): UserError[] {
	const names = doubles("stores", stores, ({ name }) => ["name", name], {
		wrong: "names two stores",
		remedy: "give each store a name of its own",
	});
	const regions = doubles("stores", stores, ({ region }) => ["region", region], {
		wrong: "is the region of two stores",
		remedy: "put the second store into another region: one lost region must leave a store",
	});
	return [...names, ...regions, ...checkStoreCount(stores, site)];
}

/** One lost region must leave a store. */
function checkStoreCount(stores: ReadableConfig["stores"], site: ReadableConfig["site"]): UserError[] {
	const ownStores = site === undefined || site.cluster === "local";
	if (stores?.some((store) => store?.alsoIn !== undefined)) return [];
	if (stores === undefined || stores.length >= 2 || (stores.length === 0 && ownStores)) return [];
	return [
		new UserError({
			field: "stores",
			value: undefined,
			wrong: stores.length === 0 ? "is missing" : "has one store only",
			remedy:
				"name two stores in two regions (only a local site may leave them out: it brings its own); one lost region must leave a store",
		}),
	];
}

function checkContacts({ contacts }: ReadableConfig): UserError[] {
	return each(contacts, ({ name, phone, email }, index) =>
		phone === undefined && email === undefined
			? new UserError({
					field: `contacts[${index}]`,
					value: name,
					wrong: `"${name}" cannot be reached`,
					remedy: "add a phone or an email",
				})
			: undefined,
	);
}

function checkImages({ images, site }: ReadableConfig): UserError[] {
	if (!images || images.runtime !== undefined || !site || site.cluster === "local") return [];
	return [
		new UserError({
			field: "images.runtime",
			value: undefined,
			wrong: "is missing",
			remedy: 'write the image that you built from the Containerfile, or set site.cluster to "local"',
		}),
	];
}

function checkGrowth({ databases }: ReadableConfig): UserError[] {
	return each(databases, ({ volume, volumeGrowth }, index) =>
		volumeGrowth !== undefined && volumeGrowth.upTo <= volume
			? new UserError({
					field: `databases[${index}].volumeGrowth.upTo`,
					value: formatSize(volumeGrowth.upTo),
					wrong: `${formatSize(volumeGrowth.upTo)} is no more than the ${formatSize(volume)} that the volume has from the beginning`,
					remedy: "set more than volume, or leave volumeGrowth out",
				})
			: undefined,
	);
}

/** The forecasts: a promise that cannot be kept is a mistake in the configuration. */
function checkPromises({ site, databases = [], stores = [], timezone = "Etc/UTC" }: ReadableConfig): UserError[] {
	if (!site) return [];
	const place = { site, stores: stores.filter((store) => store !== undefined), timezone };
	const found = databases.flatMap((database, index) => (database ? brokenBy(place, database, index) : []));
	return found.filter((problem, index) => found.findIndex(({ message }) => message === problem.message) === index);
}

function brokenBy(
	place: Pick<StackConfig, "site" | "stores" | "timezone">,
	database: DatabaseConfig,
	index: number,
): readonly UserError[] {
	try {
		plan(database.objectives, siteFacts(place, database), database.overrides);
		return [];
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return error.problems.map((problem) =>
			problem.field.startsWith("site.") ? problem : problem.at(`databases[${index}]`),
		);
	}
}

/** The problems of a list's entries; what could not be read has its problem already. */
function each<Entry>(
	entries: readonly (Entry | undefined)[] = [],
	check: (entry: Entry, index: number) => UserError | undefined,
): UserError[] {
	return entries
		.map((entry, index) => (entry === undefined ? undefined : check(entry, index)))
		.filter((problem) => problem !== undefined);
}

/** One problem for each entry whose value an earlier one has; `key` gives the value, or the field below and the value. */
function doubles<Entry>(
	list: string,
	entries: readonly (Entry | undefined)[] | undefined,
	key: (entry: Entry) => string | readonly [field: string, value: string],
	{ wrong, remedy }: { readonly wrong: string; readonly remedy: string },
): UserError[] {
	const seen = new Map<string, string>();
	return each(entries, (entry, index) => {
		const found = key(entry);
		const [below, value] = typeof found === "string" ? ["", found] : [`.${found[0]}`, found[1]];
		const field = `${list}[${index}]${below}`;
		const first = seen.get(value);
		seen.set(value, first ?? field);
		if (first === undefined) return undefined;
		return new UserError({ field, value, wrong: `"${value}" ${wrong} (see ${first})`, remedy });
	});
}

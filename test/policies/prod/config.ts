/** Pulumi.prod.yaml, on buckets and classes that exist, with the changes of rows: databases of many of them beside each other, other sections of one each. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { checkout } from "../../../local/engine/stack.ts";
import { oneOfEach } from "../oneOfEach.ts";
import { alter, type Row } from "./row.ts";

const { config: production } = parse(await readFile(join(checkout, "Pulumi.prod.yaml"), "utf8"));

/** In place of what production's cloud settles: each can be set otherwise by a row. */
const settled = {
	site: {
		name: "prod",
		expose: "ClusterIP",
		cluster: "existing",
		region: "eu-central-1",
		zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
		storageClass: "gp3",
		snapshotClass: "ebs",
	},
	stores: [
		{ name: "near", region: "eu-central-1", kind: "s3", bucket: "company-mysql-dr-eu-central-1" },
		{ name: "far", region: "eu-west-1", kind: "s3", bucket: "company-mysql-dr-eu-west-1" },
	],
} as const;

/**
 * What can be previewed together: all that change their database alone, and of those that change another section one of each
 * section at a time; and all of one cloud.
 */
export function batches(rows: readonly Row[]): Row[][] {
	const inClouds = Map.groupBy(
		rows.filter(({ cloud }) => cloud),
		({ cloud }) => cloud,
	);
	const alone = rows.filter(({ stack, cloud }) => !stack && !cloud);
	const ofSections = rows.filter(({ stack }) => stack);
	return [alone, ...oneOfEach(ofSections, sectionOf), ...inClouds.values()].filter(({ length }) => length > 0);
}

function sectionOf({ stack = {} }: Row): string {
	return Object.keys(stack)[0]?.split(/[.[]/)[0] ?? "";
}

// biome-ignore lint/suspicious/noExplicitAny: a configuration before anything has checked it
type Sections = Record<string, any>;

/** Production on buckets and classes that exist, a section a key. */
function onWhatExists(): Sections {
	const sections: Sections = Object.fromEntries(
		Object.entries(structuredClone(production)).map(([key, value]) => [key.replace("mysql-dr:", ""), value]),
	);
	const { cloud: _cloud, regions: _regions, databases, ...others } = sections;
	// Names are made in a cloud.
	const unnamed = databases.map(({ dns: _dns, ...database }: Sections) => database);
	return { ...others, databases: unnamed, ...structuredClone(settled) };
}

/** The rows of each database, by its name. */
export function databasesOf(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
	if (rows[0]?.cloud) return new Map(production["mysql-dr:databases"].map(({ name }: { name: string }) => [name, []]));
	const own = Map.groupBy(
		rows.filter(({ stack }) => !stack),
		({ name }) => name,
	);
	// A site's row is recognised by the names of what it declares.
	return own.size > 0 ? own : new Map([[`${rows[0]?.name}-db`, []]]);
}

/** The text of a stack's file with these rows; a section that a row changes belongs to the first database. */
export function configWith(rows: readonly Row[]): string {
	const [{ cloud } = { cloud: undefined }] = rows;
	// What the program makes of it is changed, and nothing of the configuration.
	if (cloud) return stringify({ config: { ...production, "mysql-dr:cloud": cloud } });
	const sections = onWhatExists();
	const [database] = sections.databases;
	for (const { name, stack = {} } of rows.filter((row) => row.stack)) {
		if (sectionOf({ name, title: "", stack }) === "site") alter(sections, { "site.name": name });
		alter(sections, stack);
	}
	sections.databases = [...databasesOf(rows)].map(([name, sharing]) => {
		const made = { ...structuredClone(database), name };
		for (const { database: changes = {} } of sharing) alter(made, changes);
		return made;
	});
	return stringify({
		config: Object.fromEntries(Object.entries(sections).map(([key, value]) => [`mysql-dr:${key}`, value])),
	});
}

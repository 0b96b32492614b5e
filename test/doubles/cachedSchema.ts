/** Schemas of the installed SDKs, extracted once for each version: it takes seconds. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProviderSchema } from "./schema.ts";

/** Providers that have a double. */
export const doubled = ["aws", "gcp", "kubernetes"] as const;

export type Doubled = (typeof doubled)[number];

const modules = join(import.meta.dirname, "..", "..", "node_modules");

/** What is installed, without extracting anything. */
export function installedVersion(provider: string): string {
	return JSON.parse(readFileSync(join(modules, "@pulumi", provider, "package.json"), "utf8")).version;
}

/** The schema, from the cache where that version was extracted by the same code before. */
export async function cachedSchema(provider: string): Promise<ProviderSchema> {
	const folder = join(modules, ".cache", "mysql-dr");
	const file = join(folder, `schema-${provider}-${installedVersion(provider)}-${codeKey()}.json`);
	try {
		return JSON.parse(readFileSync(file, "utf8"));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
	// Loading the compiler takes longer than reading what it gave before.
	const { extractSchema } = await import("./extract.ts");
	const schema = extractSchema(join(modules, "@pulumi", provider));
	mkdirSync(folder, { recursive: true });
	// Whole or not at all: several tests may extract at once.
	writeFileSync(`${file}.${process.pid}`, JSON.stringify(schema));
	renameSync(`${file}.${process.pid}`, file);
	return schema;
}

function codeKey(): string {
	const hash = createHash("sha256");
	for (const name of ["extract.ts", "properties.ts", "documented.ts", "schema.ts"])
		hash.update(readFileSync(join(import.meta.dirname, name)));
	return hash.digest("hex").slice(0, 12);
}

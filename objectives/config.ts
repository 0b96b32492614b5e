import type { z } from "zod";
import { checkStack } from "./configChecks.ts";
import { problemsOf } from "./configProblems.ts";
import * as schema from "./configSchema.ts";
import { shown, UserError } from "./error.ts";
import { suggestion } from "./names.ts";
import { objectives } from "./scenarios.ts";
import { size } from "./size.ts";
import type { DatabaseConfig, ReadableConfig, StackConfig } from "./stack.ts";

const sectionNames = ["site", "databases", "stores", "contacts", "timezone", "images"] as const;

/**
 * Parses and checks a stack's configuration, once and whole: the forecasts of every database are among the checks.
 * @param raw `{site, databases, stores, contacts, timezone, images}`, each as YAML or Pulumi's `config.getObject` gives it
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
	const section = (name: string, absent?: unknown) => unwrapped(given[name], name) ?? absent;
	const read = reader(problems);
	const site = read(schema.siteSchema, ["site"], section("site"));
	const images = read(schema.imagesSchema, ["images"], section("images", {}));
	const databases = read(schema.databasesSchema, ["databases"], section("databases"));
	const stores = read(schema.storesSchema, ["stores"], section("stores", []));
	const contacts = read(schema.contactsSchema, ["contacts"], section("contacts"));
	return {
		site: site && { ...site, expose: site.expose ?? (site.cluster === "local" ? "NodePort" : "ClusterIP") },
		databases: databases?.map((entry, index) =>
			completedDatabase(read(schema.databaseSchema, ["databases", index], entry)),
		),
		stores: stores?.map((entry, index) => read(schema.storeSchema, ["stores", index], entry)),
		contacts: contacts?.map((entry, index) => read(schema.contactSchema, ["contacts", index], entry)),
		timezone: read(schema.timezoneSchema, ["timezone"], section("timezone", "Etc/UTC")),
		images,
	} as ReadableConfig;
}

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

/** A database with its defaults filled in. */
function completedDatabase(given: z.infer<typeof schema.databaseSchema> | undefined): DatabaseConfig | undefined {
	if (!given) return undefined;
	const { tier, rto, rpo, scenarios, archive, schedules, backup, ...rest } = given;
	return {
		...rest,
		namespace: given.namespace ?? given.name,
		schema: given.schema ?? "app",
		resources: {
			cpu: given.resources?.cpu ?? "250m",
			memory: given.resources?.memory ?? size("1Gi"),
		},
		objectives: objectives(tier, { rto, rpo, scenarios }),
		backup: { ...backup, scratch: backup?.scratch ?? given.volume, checks: backup?.checks ?? [] },
		overrides: { ...(archive && { archive }), ...(schedules && { schedules }) },
	};
}

/** Whether a provider's own configuration fits: the SDK sends what is no text as JSON. Pure. */
import { type Problem, propertyProblems } from "./check.ts";
import type { ProviderSchema } from "./schema.ts";

/** Set by the engine for every provider. */
const engines = ["version", "pluginDownloadURL", "__internal"];

export function providerConfigProblems(schema: ProviderSchema, given: Readonly<Record<string, unknown>>): Problem[] {
	const properties = schema.resources[`pulumi:providers:${schema.name}`]?.inputs ?? {};
	const own = Object.entries(given).filter(([name]) => !engines.includes(name));
	const read = own.map(([name, value]) => [name, properties[name]?.type.kind === "string" ? value : parsed(value)]);
	return propertyProblems(schema, properties, Object.fromEntries(read), "");
}

function parsed(value: unknown): unknown {
	if (typeof value !== "string") return value;
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}

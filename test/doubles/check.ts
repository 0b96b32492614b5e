/** Whether inputs fit a provider's schema. Pure: each problem is one line that names the property. */
import type { Properties, Property, PropertyType, ProviderSchema, ResourceSchema } from "./schema.ts";

/** Stands for a value that is not known yet, in what the engine sends. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Problem {
	/** As written: `rules[0].destination.bucket`. */
	readonly property: string;
	readonly wrong: string;
}

type Values = Readonly<Record<string, unknown>>;

/** @returns the resource's schema, or what is wrong with asking for it. */
export function resourceSchema(schema: ProviderSchema, token: string): ResourceSchema | Problem {
	const found = schema.resources[token];
	if (!found) return { property: "", wrong: `${schema.name} ${schema.version} has no resource ${token}` };
	if (found.deprecated !== undefined) return { property: "", wrong: `${token} is deprecated: ${found.deprecated}` };
	return found;
}

/** All that is wrong with the inputs of one resource. */
export function problemsOf(schema: ProviderSchema, token: string, inputs: Values): Problem[] {
	const found = resourceSchema(schema, token);
	if ("wrong" in found) return [found];
	return propertyProblems(schema, found.inputs, inputs, "");
}

/** All that is wrong with what a function is asked. */
export function functionProblems(schema: ProviderSchema, token: string, inputs: Values): Problem[] {
	const found = schema.functions[token];
	if (!found) return [{ property: "", wrong: `${schema.name} ${schema.version} has no function ${token}` }];
	return propertyProblems(schema, found, inputs, "");
}

/** The same of a group of properties, whose names are put behind `above`. */
export function propertyProblems(
	schema: ProviderSchema,
	properties: Properties,
	given: Values,
	above: string,
): Problem[] {
	const missing = Object.entries(properties)
		.filter(([name, { required }]) => required && absent(given[name]))
		.map(([name]) => ({ property: `${above}${name}`, wrong: "is required and missing" }));
	const present = Object.entries(given).filter(([, value]) => !absent(value));
	return [...missing, ...present.flatMap(([name, value]) => one(schema, { properties, given, above, name, value }))];
}

const absent = (value: unknown): boolean => value === undefined || value === null;

interface Place {
	readonly properties: Properties;
	readonly given: Values;
	readonly above: string;
	readonly name: string;
	readonly value: unknown;
}

function one(schema: ProviderSchema, { properties, given, above, name, value }: Place): Problem[] {
	const path = `${above}${name}`;
	const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
	if (!property) return [{ property: path, wrong: "is unknown" }];
	return [
		...(property.deprecated === undefined ? [] : [{ property: path, wrong: `is deprecated: ${property.deprecated}` }]),
		...conflicting(property, given, above).map((other) => ({ property: path, wrong: `conflicts with ${other}` })),
		...listed(property, value, path),
		...typeProblems(schema, property.type, value, path),
	];
}

function conflicting({ conflicts = [] }: Property, given: Values, above: string): string[] {
	return conflicts.filter((other) => !absent(given[other])).map((other) => `${above}${other}`);
}

/** What the documentation lists; the type may list more, and then counts. */
function listed({ values, type }: Property, value: unknown, path: string): Problem[] {
	if (!values || type.kind !== "string" || typeof value !== "string" || value === unknownValue) return [];
	if (values.includes(value)) return [];
	return [{ property: path, wrong: `"${value}" is none of ${values.join(", ")}` }];
}

function typeProblems(schema: ProviderSchema, type: PropertyType, value: unknown, path: string): Problem[] {
	if (value === unknownValue || type.kind === "any") return [];
	if (type.kind === "union") return unionProblems(schema, type.of, value, path);
	if (type.kind === "values") {
		const named = type.values.includes(value as string);
		return named ? [] : [{ property: path, wrong: `${JSON.stringify(value)} is none of ${type.values.join(", ")}` }];
	}
	if (!isOf(type.kind, value)) return [{ property: path, wrong: `${kindOf(value)} is no ${kindNames[type.kind]}` }];
	return inside(schema, type, value, path);
}

const kindNames = {
	...{ string: "string", number: "number", boolean: "boolean" },
	...{ array: "list", map: "map", object: "group" },
} as const;

function isOf(kind: keyof typeof kindNames, value: unknown): boolean {
	if (kind === "array") return Array.isArray(value);
	return kind === "map" || kind === "object" ? isGroup(value) : typeof value === kind;
}

function inside(schema: ProviderSchema, type: PropertyType, value: unknown, path: string): Problem[] {
	const entries = Object.entries(value as Values);
	if (type.kind === "array")
		return entries.flatMap(([index, entry]) => typeProblems(schema, type.of, entry, `${path}[${index}]`));
	if (type.kind === "map")
		return entries.flatMap(([key, entry]) => typeProblems(schema, type.of, entry, `${path}.${key}`));
	if (type.kind !== "object") return [];
	return propertyProblems(schema, schema.types[type.name] ?? {}, value as Values, `${path}.`);
}

/** One way that fits is enough; the nearest way's problems are told where none does. */
function unionProblems(schema: ProviderSchema, ways: readonly PropertyType[], value: unknown, path: string): Problem[] {
	const tried = ways.map((way) => typeProblems(schema, way, value, path)).sort((a, b) => a.length - b.length);
	const inside = tried.find((problems) => problems.every(({ property }) => property !== path));
	return tried[0]?.length === 0 ? [] : (inside ?? tried[0] ?? []);
}

function isGroup(value: unknown): value is Values {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
	if (Array.isArray(value)) return "a list";
	return isGroup(value) ? "a group" : `${typeof value} ${JSON.stringify(value)}`;
}

import { z } from "zod";
import { shown, UserError } from "./error.ts";
import { suggestion } from "./names.ts";

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/**
 * What zod found, in our words: each problem with its field's path, its value and the remedy that the schema describes.
 * @param schema the schema that refused, for the remedies and the known names
 * @param above the path to what was refused
 * @param value what was refused
 */
export function problemsOf(error: z.ZodError, schema: z.ZodType, above: Path, value: unknown): UserError[] {
	return error.issues.flatMap((issue) => {
		const field = written([...above, ...issue.path]);
		const place = follow(schema, issue.path);
		if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(field, key, place.schema));
		const found = issue.path.reduce<unknown>(
			(at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
			value,
		);
		return [problem(issue, field, found, place.remedy)];
	});
}

/** Never shows the value: who writes `password:` here should not see it in a log. */
function unknownKey(field: string, key: string, schema: z.ZodType | undefined): UserError {
	const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
	return new UserError({
		field: `${field}.${key}`,
		value: undefined,
		wrong: "is not a setting",
		remedy: suggestion(key, known),
	});
}

function problem(issue: Issue, field: string, value: unknown, described: string | undefined): UserError {
	const own = issue.code === "custom" ? issue.params?.remedy : undefined;
	const names = issue.code === "invalid_value" ? issue.values.map(String) : [];
	const choice = names.length > 0 ? `: ${names.join(", ")}${hint(value, names)}` : "";
	return new UserError({
		field,
		value,
		wrong: wrongOf(issue, value),
		remedy: own ?? `${described ?? "leave it out"}${choice}`,
	});
}

function wrongOf(issue: Issue, value: unknown): string {
	if (value === undefined) return "is missing";
	if (value === null) return "is empty";
	if (issue.code === "custom" && issue.message.startsWith(shown(value))) return issue.message;
	if (issue.code === "invalid_value") return `${shown(value)} is unknown`;
	if (issue.code === "invalid_type") return `${shown(value)} is not ${kinds[issue.expected] ?? issue.expected}`;
	if (issue.code === "invalid_union") return `${shown(value)} does not fit`;
	return `${shown(value)} ${issue.message}`;
}

const kinds: Readonly<Record<string, string>> = {
	string: "a text",
	object: "a group of settings",
	array: "a list",
};

function hint(value: unknown, names: readonly string[]): string {
	if (typeof value !== "string") return "";
	const near = suggestion(value, names);
	return near.startsWith("did") ? ` (${near})` : "";
}

/** Walks down a schema; the remedy is what is described there, else the names of what can be written there. */
function follow(root: z.ZodType, path: Path): { schema: z.ZodType | undefined; remedy: string | undefined } {
	let place = unwrapped(root);
	for (const key of path) place = unwrapped(place.schema && child(place.schema, key));
	const { schema, remedy } = place;
	const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
	return {
		schema,
		remedy: remedy ?? (names.length > 0 ? `write settings of its own: ${names.join(", ")}` : undefined),
	};
}

/** Without what makes it optional; the innermost description counts. */
function unwrapped(schema: z.ZodType | undefined): { schema: z.ZodType | undefined; remedy: string | undefined } {
	const within = schema && inner(schema);
	const remedy = schema?.description;
	if (!within) return { schema, remedy };
	const found = unwrapped(within);
	return { schema: found.schema, remedy: found.remedy ?? remedy };
}

function child(schema: z.ZodType | undefined, key: PropertyKey): z.ZodType | undefined {
	if (schema instanceof z.ZodObject) return (schema.shape as Record<PropertyKey, z.ZodType>)[key];
	if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
	return undefined;
}

/** What an optional or defaulted schema wraps. */
function inner(schema: z.ZodType): z.ZodType | undefined {
	if (schema instanceof z.ZodOptional) return schema.unwrap() as z.ZodType;
	if (schema instanceof z.ZodDefault) return schema.unwrap() as z.ZodType;
	return undefined;
}

/** `databases[0].archive.flushInterval` */
function written(path: Path): string {
	return path.reduce<string>((text, key) => {
		if (typeof key === "number") return `${text}[${key}]`;
		return text === "" ? String(key) : `${text}.${String(key)}`;
	}, "");
}

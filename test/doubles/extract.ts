/**
 * A provider's schema, read out of the declarations of its SDK: the packages carry no schema.json. They are generated from
 * it, so that their syntax alone says all of it, and nothing needs to be type-checked.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { documented } from "./documented.ts";
import { type Enums, parse, propertiesOf, readEnums } from "./properties.ts";
import type { Properties, ProviderSchema, ResourceSchema } from "./schema.ts";

/** @param folder of the installed package, such as `node_modules/@pulumi/aws` */
export function extractSchema(folder: string): ProviderSchema {
	const { version, pulumi } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	const name: string = pulumi?.name ?? folder.split("/").at(-1);
	const enums = readEnums(folder);
	const types = readTypes(folder, enums);
	const read = modules(folder).map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
	const resources = read.flatMap(({ file, text }) => (isResource(text) ? readResource(folder, file, text, enums) : []));
	const functions = read.flatMap(({ file, text }) => (isFunction(file) ? readFunction(folder, file, text, enums) : []));
	// A provider's own token is its bare name.
	const named = resources.map(([token, found]) => [token.includes(":") ? token : `pulumi:providers:${name}`, found]);
	return { name, version, resources: Object.fromEntries(named), functions: Object.fromEntries(functions), types };
}

const isResource = (text: string): boolean => /extends pulumi\.(Custom|Provider)Resource/.test(text);
const isFunction = (file: string): boolean => /(^|\/)get[A-Z][^/]*\.d\.ts$/.test(file);

/** Declarations of resources and functions: not those of types, and no index. */
function modules(folder: string, below = ""): string[] {
	return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
		const path = join(below, entry.name);
		if (entry.isDirectory()) return ["node_modules", "types"].includes(path) ? [] : modules(folder, path);
		return /(?<!index)\.d\.ts$/.test(entry.name) ? [path] : [];
	});
}

function readResource(folder: string, file: string, text: string, enums: Enums): [string, ResourceSchema][] {
	const token = tokenOf(folder, file, /__pulumiType = '([^']+)'/);
	const statements = parse(file, text).statements;
	const made = statements.filter(ts.isClassDeclaration)[0];
	const args = statements.filter(ts.isInterfaceDeclaration).find(({ name }) => name.text === `${made?.name?.text}Args`);
	if (!token || !made || !args) return [];
	const outputs = Object.fromEntries(
		made.members.flatMap((member) => {
			if (!ts.isPropertyDeclaration(member) || !member.type || !ts.isIdentifier(member.name)) return [];
			if (member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)) return [];
			return [[member.name.text, { optional: /\|\s*undefined>?$/.test(textOf(member.type, text)) }]];
		}),
	);
	const { deprecated } = documented(made);
	const inputs = propertiesOf(args.members, enums);
	return [[token, { inputs, outputs, ...(deprecated === undefined ? {} : { deprecated }) }]];
}

function readFunction(folder: string, file: string, text: string, enums: Enums): [string, Properties][] {
	const token = tokenOf(folder, file, /invoke\("([^"]+)"/);
	if (!token) return [];
	const args = parse(file, text).statements.filter(ts.isInterfaceDeclaration);
	const own =
		args.find(({ name }) => name.text.endsWith("OutputArgs")) ?? args.find(({ name }) => /Args$/.test(name.text));
	return [[token, own ? propertiesOf(own.members, enums) : {}]];
}

/** Not in the declarations: the code beside them has it. */
function tokenOf(folder: string, file: string, pattern: RegExp): string | undefined {
	return pattern.exec(readFileSync(join(folder, file.replace(/\.d\.ts$/, ".js")), "utf8"))?.[1];
}

const textOf = (node: ts.Node, text: string): string => text.slice(node.pos, node.end);

/** Object types, `namespace s3 { interface BucketGrant {…} }`, by qualified name. */
function readTypes(folder: string, enums: Enums): Record<string, Properties> {
	const file = join(folder, "types", "input.d.ts");
	return Object.fromEntries(typesOf(parse(file, readFileSync(file, "utf8")).statements, "", enums));
}

function typesOf(statements: readonly ts.Statement[], prefix: string, enums: Enums): [string, Properties][] {
	return statements.flatMap((statement): [string, Properties][] => {
		if (ts.isInterfaceDeclaration(statement))
			return [[`${prefix}${statement.name.text}`, propertiesOf(statement.members, enums)]];
		if (!ts.isModuleDeclaration(statement) || !statement.body) return [];
		const inside = ts.isModuleBlock(statement.body)
			? statement.body.statements
			: [statement.body as ts.ModuleDeclaration];
		return typesOf(inside, `${prefix}${statement.name.text}.`, enums);
	});
}

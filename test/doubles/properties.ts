/** Properties and their types, out of the declarations of an SDK. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { documented } from "./documented.ts";
import type { Properties, Property, PropertyType } from "./schema.ts";

export function parse(name: string, text: string): ts.SourceFile {
	return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
}

export type Enums = ReadonlyMap<string, readonly string[]>;

/** `const CannedAcl: { readonly Private: "private" }`, by qualified name: `s3.CannedAcl`. */
export function readEnums(folder: string): Enums {
	const root = join(folder, "types", "enums");
	const found = new Map<string, readonly string[]>();
	const read = (below: string) => {
		for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
			const path = join(below, entry.name);
			if (entry.isDirectory()) read(path);
			else if (entry.name === "index.d.ts") readEnumFile(join(root, path), below.replaceAll("/", "."), found);
		}
	};
	try {
		read("");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
	return found;
}

function readEnumFile(file: string, namespace: string, found: Map<string, readonly string[]>): void {
	const constants = parse(file, readFileSync(file, "utf8")).statements.filter(ts.isVariableStatement);
	for (const { name, type } of constants.flatMap(({ declarationList }) => declarationList.declarations)) {
		if (!ts.isIdentifier(name) || !type || !ts.isTypeLiteralNode(type)) continue;
		const values = type.members.flatMap(literalOf);
		if (values.length > 0) found.set(namespace === "" ? name.text : `${namespace}.${name.text}`, values);
	}
}

function literalOf(member: ts.TypeElement): string[] {
	if (!ts.isPropertySignature(member) || !member.type || !ts.isLiteralTypeNode(member.type)) return [];
	return ts.isStringLiteral(member.type.literal) ? [member.type.literal.text] : [];
}

export function propertiesOf(members: readonly ts.TypeElement[], enums: Enums): Properties {
	return Object.fromEntries(
		members.flatMap((member) => {
			if (!ts.isPropertySignature(member) || !member.type) return [];
			const name = ts.isIdentifier(member.name) || ts.isStringLiteral(member.name) ? member.name.text : null;
			if (name === null) return [];
			const property: Property = {
				type: typeOf(member.type, enums),
				required: member.questionToken === undefined,
				...documented(member),
			};
			return [[name, property]];
		}),
	);
}

function typeOf(node: ts.TypeNode, enums: Enums): PropertyType {
	if (ts.isParenthesizedTypeNode(node)) return typeOf(node.type, enums);
	if (ts.isArrayTypeNode(node)) return { kind: "array", of: typeOf(node.elementType, enums) };
	if (ts.isUnionTypeNode(node)) return union(node, enums);
	if (ts.isTypeLiteralNode(node)) return map(node, enums);
	if (ts.isTypeReferenceNode(node)) return reference(node, enums);
	if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal))
		return { kind: "values", values: [node.literal.text] };
	const plain = new Map<ts.SyntaxKind, PropertyType["kind"]>([
		[ts.SyntaxKind.StringKeyword, "string"],
		[ts.SyntaxKind.NumberKeyword, "number"],
		[ts.SyntaxKind.BooleanKeyword, "boolean"],
	]);
	return { kind: plain.get(node.kind) ?? "any" } as PropertyType;
}

/** One that lists values besides any text is as good as its list: what else is written is refused by the cloud later. */
function union(node: ts.UnionTypeNode, enums: Enums): PropertyType {
	const of = node.types
		.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword)
		.map((type) => typeOf(type, enums));
	const listed = of.find(({ kind }) => kind === "values");
	const kinds = listed ? of.filter(({ kind }) => kind !== "string") : of;
	return kinds.length === 1 ? (kinds[0] as PropertyType) : { kind: "union", of: kinds };
}

/** `{ [key: string]: pulumi.Input<string> }` */
function map(node: ts.TypeLiteralNode, enums: Enums): PropertyType {
	const index = node.members.find(ts.isIndexSignatureDeclaration);
	return index ? { kind: "map", of: typeOf(index.type, enums) } : { kind: "any" };
}

function reference(node: ts.TypeReferenceNode, enums: Enums): PropertyType {
	const name = nameOf(node.typeName);
	const [inner] = node.typeArguments ?? [];
	if (/^pulumi\.(Input|Output)$/.test(name) && inner) return typeOf(inner, enums);
	if (name.startsWith("inputs.")) return { kind: "object", name: name.slice("inputs.".length) };
	const values = enums.get(name.replace(/^enums\./, ""));
	// What is left are assets, and resources in place of their names.
	return values ? { kind: "values", values } : { kind: "any" };
}

const nameOf = (name: ts.EntityName): string =>
	ts.isIdentifier(name) ? name.text : `${nameOf(name.left)}.${name.right.text}`;

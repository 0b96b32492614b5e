/** What the documentation of a property says in fixed words, that its type does not. */
import type ts from "typescript";

/** Comments hang on their nodes; the public API finds them by the parents, which are not set here. */
interface WithComments {
	readonly jsDoc?: readonly { readonly comment?: unknown; readonly tags?: readonly ts.JSDocTag[] }[];
}

/** The sentence goes on behind the values where they are examples: that is no list of all. */
const listed =
	/(?:valid|possible|allowed|accepted|acceptable|supported) values(?: are| include)?:?\s+((?:(?:,|or|and|\s)*[`"][^`\s]+[`"])+)\s*(?:\.|$|\n)/i;
/** A sentence later some lists go on. */
const added = /((?:(?:,|or|and|\s)*[`"][^`\s]+[`"])+)\s+are also valid/i;
const conflict = /Conflicts with `([A-Za-z_]+)`/g;

export function documented(node: ts.Node) {
	const comments = (node as WithComments).jsDoc ?? [];
	const text = comments.map(({ comment }) => plain(comment)).join("\n");
	const tag = comments.flatMap(({ tags }) => tags ?? []).find(({ tagName }) => tagName.text === "deprecated");
	const first = named(listed.exec(text)?.[1] ?? "");
	const values = first.length > 1 ? [...first, ...named(added.exec(text)?.[1] ?? "")] : [];
	const conflicts = [...text.matchAll(conflict)].map(([, name]) => camel(name as string));
	return {
		...(tag ? { deprecated: plain(tag.comment) || "deprecated" } : {}),
		...(values.length > 0 ? { values } : {}),
		...(conflicts.length > 0 ? { conflicts } : {}),
	};
}

const named = (list: string): string[] =>
	[...list.matchAll(/[`"]+([^`",\s]+)[`"]+/g)].map(([, value]) => value as string);

function plain(comment: unknown): string {
	if (typeof comment === "string") return comment;
	if (!Array.isArray(comment)) return "";
	return comment.map(({ text }: { readonly text?: string }) => text ?? "").join("");
}

const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

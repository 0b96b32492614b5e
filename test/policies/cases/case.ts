/** A case of a rule: a program, and what the pack says of it; through the engine, and by the rules alone. */
import { notJudgedText } from "../../../policies/frame/ledger.ts";
import { type Changes, changed, type Resource } from "../program.ts";
import { soundProgram } from "../soundProgram.ts";

export interface Case {
	readonly title: string;
	/** Changes of the sound program. */
	readonly change?: Changes;
	/** Besides that, or (with `only`) instead of it. */
	readonly more?: (namespace: string) => readonly Resource[];
	readonly only?: boolean;
	/**
	 * How the messages of the rule begin, in their order, without the namespace: `StatefulSet db: spec.replicas is 1`.
	 * Empty: the pack has nothing to say at all.
	 */
	readonly says?: readonly string[];
	/** The same for what the rule cannot judge yet. */
	readonly open?: readonly string[];
	/** Other rules that must speak too, as the program cannot break the one without the other. */
	readonly also?: readonly string[];
	/** The rule's configuration; `<namespace>` in its texts is the case's own. */
	readonly config?: Readonly<Record<string, unknown>>;
	/** The rule objects to other cases where this one is: it has a preview of its own. */
	readonly apart?: boolean;
	/** Not through the engine as well: another case of the rule goes there, and this one would take a preview of its own. */
	readonly rulesAlone?: boolean;
	/** The stack's outputs at its last deployment and now; such a case has a preview of its own, after that deployment. */
	readonly outputs?: { readonly before: Outputs; readonly now: Outputs };
}

/** The stack's outputs, as far as a policy looks at them. */
export interface Outputs {
	readonly databases?: Readonly<Record<string, { readonly objectives: object }>>;
	readonly [other: string]: object | undefined;
}

/** Cases by rule. */
export type CaseTable = Readonly<
	Record<string, { readonly refuses: readonly Case[]; readonly accepts: readonly Case[] }>
>;

/** A case in its place: in one of all the previews. */
export interface PlacedCase extends Case {
	readonly rule: string;
	/** Its namespace, and the prefix of its resources' names. */
	readonly namespace: string;
	readonly program: readonly Resource[];
}

export function placed(table: CaseTable): PlacedCase[] {
	return Object.entries(table).flatMap(([rule, { refuses, accepts }]) =>
		[...refuses, ...accepts].map((one, index) => {
			const namespace = `${rule}-${index + 1}`;
			const base = one.only ? [] : soundProgram(namespace);
			const program = [...changed(base, one.change ?? {}), ...(one.more?.(namespace) ?? [])];
			const apart = program.map((resource) => ({
				...resource,
				name: `${namespace}/${resource.name}`,
				...(resource.provider ? { provider: `${namespace}/${resource.provider}` } : {}),
				...(resource.within ? { within: `${namespace}/${resource.within}` } : {}),
			}));
			const config = one.config && JSON.parse(JSON.stringify(one.config).replaceAll("<namespace>", namespace));
			return { ...one, ...(config ? { config } : {}), rule, namespace, program: apart };
		}),
	);
}

/** What was said of a case: which rules spoke, and how their messages begin. */
export interface Said {
	readonly rules: readonly string[];
	readonly says: readonly string[];
	readonly open: readonly string[];
}

export function expectedOf({ rule, says = [], open = [], also = [] }: PlacedCase): Said {
	const rules = [...(says.length > 0 ? [rule] : []), ...(open.length > 0 ? [notJudgedText.name] : []), ...also];
	return { rules: rules.sort(), says: [...says].sort(), open: [...open].sort() };
}

/** The same of what it did say: as much of each message as is expected, so that a long value need not be written out. */
export function saidOf(one: PlacedCase, lines: readonly { readonly rule: string; readonly text: string }[]): Said {
	const of = (rule: string, expected: readonly string[] = []) =>
		lines
			.filter((line) => line.rule === rule)
			.map(({ text }) => beginning(text, one.namespace))
			.map((text) => expected.find((start) => text.startsWith(start)) ?? text)
			.sort();
	return {
		rules: [...new Set(lines.map(({ rule }) => rule))].sort(),
		says: of(one.rule, one.says),
		open: of(notJudgedText.name, one.open),
	};
}

/** The first part of a message: `StatefulSet db: spec.replicas is 1`. */
function beginning(message: string, namespace: string): string {
	return (message.split(";")[0] ?? "")
		.replaceAll(`${namespace}/`, "")
		.replaceAll(`${namespace}-`, "")
		.replace(/^not judged: /, "");
}

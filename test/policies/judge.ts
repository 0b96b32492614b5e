/** The rules alone, without an engine, on programs as data. */
import { declared } from "../../policies/frame/declared.ts";
import { judgeResource, judgeStack } from "../../policies/frame/judge.ts";
import { Ledger, notJudgedText } from "../../policies/frame/ledger.ts";
import { notJudged } from "../../policies/frame/message.ts";
import { rules } from "../../policies/rules.ts";
import type { PlacedCase } from "./cases/case.ts";
import { named, nameIn, notKnownYet, type Resource } from "./program.ts";
import { proven } from "./proven.ts";

/** One line of the pack. */
export interface Line {
	readonly rule: string;
	readonly urn: string;
	readonly text: string;
}

/** What the engine sends in place of a text that it does not know yet. */
const placeholder = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the pack says of a case, in the order of its rules. */
export function judgeCase({ rule, program, config = {}, outputs }: PlacedCase): Line[] {
	return judgeProgram([...program, ...(outputs ? stackOf(outputs) : [])], { [rule]: config });
}

/** The stack itself, and what it says of its last deployment. */
function stackOf({ before, now }: NonNullable<PlacedCase["outputs"]>): Resource[] {
	const promised = Object.fromEntries(
		Object.entries(before.databases ?? {}).map(([name, { objectives }]) => [name, objectives]),
	);
	return [
		{ type: "pulumi:pulumi:Stack", name: "test-test", props: now },
		{ type: "mysql-dr:index:LastDeployment", name: "last", props: { promised } },
	];
}

/** The same of any program. */
export function judgeProgram(program: readonly Resource[], config: Readonly<Record<string, object>> = {}): Line[] {
	const resources = program.map((resource) => asSeen(resource, program));
	const ledger = new Ledger();
	const lines = rules.flatMap((rule) => {
		const given = ({ ...proven(), ...config }[rule.name] ?? {}) as Record<string, unknown>;
		const judgements =
			"judgeStack" in rule
				? [judgeStack(rule, { resources }, given)]
				: resources.filter(({ type }) => rule.of(type)).map((resource) => judgeResource(rule, resource, given));
		for (const { missing } of judgements) ledger.note(rule.name, missing);
		return judgements.flatMap(({ said }) => said.map(({ urn, text }) => ({ rule: rule.name, urn, text })));
	});
	const open = ledger.take().map(({ missing, rules }) => ({
		rule: notJudgedText.name,
		urn: missing.urn,
		text: notJudged(missing, rules),
	}));
	return [...lines, ...open];
}

/** As the engine shows it to a policy. @param program where other resources of it are found */
export function asSeen(resource: Resource, program: readonly Resource[] = []) {
	const { type, name, props, protect = false, ignoreChanges = [], provider } = resource;
	const unknown = (value: unknown) => value === notKnownYet || nameIn(value) !== undefined;
	const seen = JSON.parse(JSON.stringify(props, (_key, value) => (unknown(value) ? placeholder : value)));
	const propertyDependencies = Object.entries(props).map(([input, value]) => [input, madeOf(value, program)]);
	return declared({
		urn: urnOf(resource, program),
		type,
		name,
		props: seen,
		opts: { protect, ignoreChanges: [...ignoreChanges] },
		provider: provider === undefined ? undefined : named(program, provider),
		propertyDependencies: Object.fromEntries(propertyDependencies),
	});
}

function urnOf({ type, name, within }: Resource, program: readonly Resource[]): string {
	const around = within === undefined ? undefined : named(program, within);
	return `urn:pulumi:test::test::${around ? `${around.type}$` : ""}${type}::${name}`;
}

/** The resources whose IDs are in a value. */
function madeOf(value: unknown, program: readonly Resource[]): { urn: string }[] {
	if (typeof value === "object" && value !== null)
		return Object.values(value).flatMap((inner) => madeOf(inner, program));
	const found = named(program, nameIn(value) ?? "");
	return found ? [{ urn: urnOf(found, program) }] : [];
}

/** What a rule says: its findings in words, and what it could not judge. Pure. */
import type { Declared, DeclaredStack } from "./declared.ts";
import { message } from "./message.ts";
import { judged, type Missing } from "./notKnown.ts";
import { configOf, type Finding, type ResourceRule, type StackRule } from "./rule.ts";

export interface Said {
	/** Of the resource whose setting it is. */
	readonly urn: string;
	readonly finding: Finding;
	readonly text: string;
}

export interface Judgement {
	readonly said: readonly Said[];
	readonly missing: readonly Missing[];
}

/** @param given the rule's configuration, as far as it is not the default */
export function judgeResource(rule: ResourceRule, resource: Declared, given: Readonly<Record<string, unknown>> = {}) {
	return inWords(
		judged(() => rule.judge(resource, configOf(rule, given))),
		() => resource,
	);
}

export function judgeStack(rule: StackRule, stack: DeclaredStack, given: Readonly<Record<string, unknown>> = {}) {
	return inWords(
		judged(() => rule.judgeStack(stack, configOf(rule, given))),
		({ resource }) => resource,
	);
}

function inWords<Found extends Finding>(
	{ found, missing }: { found: readonly Found[]; missing: readonly Missing[] },
	resourceOf: (finding: Found) => Declared,
): Judgement {
	const said = found.map((finding) => {
		const { urn, label } = resourceOf(finding);
		return { urn, finding, text: message(label, finding) };
	});
	return { said, missing };
}

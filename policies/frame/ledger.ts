/** What could not be judged, from all rules, until it is reported. */
import type { StackValidationPolicy } from "@pulumi/policy";
import { notJudged } from "./message.ts";
import type { Missing } from "./notKnown.ts";

export class Ledger {
	readonly #open = new Map<string, { readonly missing: Missing; readonly rules: Set<string> }>();

	note(rule: string, missing: readonly Missing[]): void {
		for (const one of missing) {
			const key = JSON.stringify([one.urn, one.setting, one.why]);
			const known = this.#open.get(key) ?? { missing: one, rules: new Set() };
			known.rules.add(rule);
			this.#open.set(key, known);
		}
	}

	/** All that is open: one entry a setting, with the rules that wanted it. It is closed by this. */
	take(): { readonly missing: Missing; readonly rules: readonly string[] }[] {
		const taken = [...this.#open.values()].map(({ missing, rules }) => ({ missing, rules: [...rules] }));
		this.#open.clear();
		return taken;
	}
}

/** The text of the rule below, for the documentation too. */
export const notJudgedText = {
	name: "not-judged",
	what: "Lists the settings that could not be judged, and the rules that would.",
	why: "CrossGuard lets a mandatory policy pass where a value is not known at preview. Here no rule passes silently: what it could not read is a line of its own, and the rule judges it at `up`, when it is known.",
	fix: "Nothing, mostly. To refuse previews that leave something open, set the level of `not-judged` to `mandatory`.",
} as const;

/** Of the policy that keeps what resources were given. */
export const inputsKeptName = "inputs-kept";

/** Reports what the other policies of the pack left open; must come last among them. */
export function notJudgedPolicy(ledger: Ledger): StackValidationPolicy {
	return {
		name: notJudgedText.name,
		description: notJudgedText.what,
		enforcementLevel: "advisory",
		severity: "low",
		remediationSteps: notJudgedText.fix,
		validateStack: (_stack, report) => {
			for (const { missing, rules } of ledger.take()) report(notJudged(missing, rules), missing.urn);
		},
	};
}

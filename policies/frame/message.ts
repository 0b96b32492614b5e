/** What people read: each finding says whose setting it is, what it is set to, and what to do. */
import { shown } from "../../objectives/index.ts";
import type { Missing } from "./notKnown.ts";
import { type Finding, hidden } from "./rule.ts";

/** `StatefulSet mysql/db: spec.replicas is 1; set 3: …`, in one line. */
export function message(resource: string, { setting, value, remedy }: Finding): string {
	return `${resource}: ${setting} ${state(value)}; ${remedy}`;
}

function state(value: unknown): string {
	if (value === undefined) return "is not set";
	return value === hidden ? "holds a value that is not shown here" : `is ${shown(value)}`;
}

/** `not judged: StatefulSet mysql/db: spec.replicas is not known before it is deployed (a, b); …` */
export function notJudged({ resource, setting, why }: Missing, rules: readonly string[]): string {
	return `not judged: ${resource}: ${setting} ${why}; what ${rules.join(", ")} ${rules.length > 1 ? "say" : "says"} of it is open until it is known`;
}

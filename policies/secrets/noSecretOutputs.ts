import { rootOf } from "../frame/declared.ts";
import { key } from "../frame/mend.ts";
import { each } from "../frame/notKnown.ts";
import { type Finding, hidden, stackRule } from "../frame/rule.ts";
import { holdsPlainSecret, isPlainSecret } from "./plainText.ts";

export const noSecretOutputs = stackRule({
	name: "no-secret-outputs",
	family: "secrets",
	what: "No output of the stack holds a password.",
	why: {
		reason:
			"Outputs are in the state and are read by every stack that refers to this one. Whether Pulumi encrypts one, a policy is not shown; who may read the stack reads it either way.",
		source: "https://www.pulumi.com/docs/iac/concepts/secrets/",
	},
	fix: "Give the name of the Secret in place of what is in it.",
	severity: "high",
	*judgeStack(stack) {
		const root = rootOf(stack);
		if (!root) return;
		for (const finding of within(root.props, "")) yield { resource: root, ...finding };
	},
});

function* within(value: unknown, path: string): Generator<Finding> {
	if (typeof value !== "object" || value === null) return;
	yield* each(Object.keys(value), function* (name): Generator<Finding> {
		const inner = (value as Record<string, unknown>)[name];
		const setting = Array.isArray(value) ? `${path}[${name}]` : `${path}${key(name)}`.replace(/^\./, "");
		if (typeof inner !== "string") yield* within(inner, setting);
		else if (isPlainSecret(name, inner) || holdsPlainSecret(inner))
			yield { setting, value: hidden, remedy: "take it away, or give the name of the Secret that it is in" };
	});
}

/** From a rule to the policy that the engine runs. */
import type {
	Policy,
	PolicyConfigSchema,
	PolicyResource,
	ResourceRemediation,
	ResourceValidationPolicy,
	StackValidationPolicy,
} from "@pulumi/policy";
import { type DeclaredStack, declared, type Props } from "./declared.ts";
import { judgeResource, judgeStack } from "./judge.ts";
import { inputsKeptName, type Ledger } from "./ledger.ts";
import { write } from "./mend.ts";
import { plain } from "./plain.ts";
import type { ResourceRule, Rule, StackRule } from "./rule.ts";

/** Inputs by URN, as rules over single resources are shown them; kept for those over the stack, which are shown outputs. */
export type Inputs = Map<string, Props>;

/** @param ledger where what could not be judged is noted */
export function crossGuard(
	rule: Rule,
	ledger: Ledger,
	inputs: Inputs,
): ResourceValidationPolicy | StackValidationPolicy {
	return "judgeStack" in rule ? stackPolicy(rule, ledger, inputs) : resourcePolicy(rule, ledger);
}

/** Reports nothing; must come before the rules over the stack, and is asked for every resource. */
export function inputsKept(inputs: Inputs): ResourceValidationPolicy {
	return {
		name: inputsKeptName,
		description: "Judges nothing: keeps what each resource was given, for the rules over the stack.",
		enforcementLevel: "advisory",
		validateResource: ({ urn, props }) => void inputs.set(urn, props),
	};
}

function resourcePolicy(rule: ResourceRule, ledger: Ledger): ResourceValidationPolicy {
	return {
		...policyText(rule),
		validateResource: (args, report) => {
			if (!rule.of(args.type)) args.notApplicable("it is not about resources of this type");
			const { said, missing } = judgeResource(rule, declared(args), args.getConfig());
			for (const { text } of said) report(text);
			ledger.note(rule.name, missing);
		},
		remediateResource: remediation(rule),
	};
}

/** Runs only where the rule's level is `remediate`; what it cannot mend is then a violation. */
function remediation(rule: ResourceRule): ResourceRemediation {
	return (args) => {
		if (!rule.of(args.type)) return undefined;
		const given = { ...args, props: plain(args.props) as Props };
		const { said } = judgeResource(rule, declared(given), args.getConfig());
		const mendable = said.filter(({ finding }) => finding.mend !== undefined);
		for (const { finding } of mendable) write(args.props, finding.setting, finding.mend);
		return mendable.length > 0 ? args.props : undefined;
	};
}

function stackPolicy(rule: StackRule, ledger: Ledger, inputs: Inputs): StackValidationPolicy {
	return {
		...policyText(rule),
		validateStack: ({ resources, getConfig }, report) => {
			const { said, missing } = judgeStack(rule, stackOf(resources, inputs), getConfig());
			for (const { text, urn } of said) report(text, urn);
			ledger.note(rule.name, missing);
		},
	};
}

function stackOf(resources: readonly PolicyResource[], inputs: Inputs): DeclaredStack {
	return { resources: resources.map((resource) => declared(resource, inputs.get(resource.urn))) };
}

function policyText(rule: Rule): Policy {
	return {
		name: rule.name,
		description: rule.what,
		enforcementLevel: rule.level ?? "mandatory",
		severity: rule.severity,
		tags: [rule.family],
		remediationSteps: rule.fix,
		...(rule.why.source.startsWith("https://") ? { url: rule.why.source } : {}),
		...(rule.config ? { configSchema: configSchema(rule.config) } : {}),
	};
}

function configSchema(properties: NonNullable<Rule["config"]>): PolicyConfigSchema {
	return { properties: { ...properties } };
}

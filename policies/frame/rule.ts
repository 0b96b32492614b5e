/** What a rule is: one shape, of which its CrossGuard policy, its messages, its page of documentation and its tests are made. */
import type { EnforcementLevel, PolicyConfigSchema, Severity } from "@pulumi/policy";
import type { Declared, DeclaredStack } from "./declared.ts";

/** Rules that are about the same thing; the key is the name of the folder they are in. */
export const families = {
	objectives: "What is promised is declared, and the forecast keeps it.",
	topology: "No loss of one zone, node or pod takes more than one instance.",
	replication: "What was acknowledged is on disk in two places, and stays there.",
	backup: "Copies are made often enough, elsewhere too, kept for long enough, and known to open.",
	storage: "Data outlive what was declared.",
	buckets:
		"What lies in a bucket for backups is still there, and nobody else's, when it is needed. A bucket is judged if it is one of this project's stores, is marked by the tag (Google Cloud: label) `mysql-dr-backups: true`, or has a name of backups of MySQL (`mysql-backups`, `db-dumps`, `binlogs`). `mysql-dr-backups: false` says that it is none.",
	secrets: "Nobody reads a password who need not, and none is older than it may be.",
	access: "What can reach a database, or act on it in its name, is what has to.",
	operations: "Somebody watches, somebody is told, and what runs is what was tried.",
	managed:
		"Of a database that a chart, an operator or a cloud makes, what the program says of it is as it should be; of what it does not say, it is said that nobody looked.",
	evidence:
		"What is promised was tried, not long ago, and held. The reports are those that `mysql-dr drill --json` prints and that the stores hold below `evidence/`; a policy reads none of these places itself, it is given the reports: `npm run policy -- --evidence <folder>`, or `reports` in the configuration of these rules. Where there is no report, that is said as not judged, and refuses nothing: a first deployment has none.",
} as const;

export type Family = keyof typeof families;

type PolicyConfigJSONSchema = PolicyConfigSchema["properties"][string];

/** One threshold or list by which a rule is adjusted: a JSON schema, always with a default. */
export type ConfigProperty = PolicyConfigJSONSchema & {
	readonly default: NonNullable<PolicyConfigJSONSchema["default"]>;
	/** For the documentation: what it is, and in which unit. */
	readonly description: string;
};

/** A list of texts. */
export const texts = (description: string, given: string[] = []) =>
	({ type: "array", items: { type: "string" }, default: given, description }) as const;

export type ConfigSchema = Readonly<Record<string, ConfigProperty>>;

/** The values of a configuration, by the types of their defaults. */
export type ConfigOf<Schema extends ConfigSchema> = {
	readonly [Name in keyof Schema]: Widened<Schema[Name]["default"]>;
};

type Widened<Value> = Value extends number
	? number
	: Value extends string
		? string
		: Value extends boolean
			? boolean
			: Value extends readonly unknown[]
				? readonly string[]
				: Value;

/** In place of a value that is, or may be, a secret. */
export const hidden = Symbol("hidden");

/** One thing that is wrong. Its message is `resource: setting is value; remedy`. */
export interface Finding {
	/** Path of the setting in the resource: `spec.template.spec.containers[0].image`. */
	readonly setting: string;
	/** The value that is refused; undefined where there is none, {@link hidden} where it must not be shown. */
	readonly value: unknown;
	/** What to write instead, and what for. */
	readonly remedy: string;
	/** What a remediation may write there without asking. Only where that cannot hurt: labels, tags, Retain. */
	readonly mend?: unknown;
}

/** A finding of a rule over the whole stack, which says whose setting it is. */
export interface StackFinding extends Finding {
	readonly resource: Declared;
}

/** What is written about a rule. */
export interface RuleText<Schema extends ConfigSchema = ConfigSchema> {
	/** Unique in the pack: `zone-anti-affinity`. */
	readonly name: string;
	readonly family: Family;
	/** What must hold, in one sentence. */
	readonly what: string;
	/** Why, in a sentence or two, and where that is to be read or was measured. */
	readonly why: { readonly reason: string; readonly source: string };
	/** How to mend it, in a sentence or two. */
	readonly fix: string;
	readonly severity: Severity;
	/** Default of the level, which the pack's configuration may change. Default: `mandatory`. */
	readonly level?: Exclude<EnforcementLevel, "remediate">;
	readonly config?: Schema;
}

/** Judges one resource by what it is itself: before it is made, also at `up`. */
export interface ResourceRule<Schema extends ConfigSchema = ConfigSchema> extends RuleText<Schema> {
	/** Whether resources of this type are judged at all; by the type alone, since it is asked for each. */
	of(type: string): boolean;
	/**
	 * Pure. Reading a value that is not known yet throws {@link NotKnown}: what was found before counts, and the rest is
	 * reported as not judged. Put what is independent of each other into {@link each}.
	 */
	judge(resource: Declared, config: ConfigOf<Schema>): Iterable<Finding>;
}

/** Judges what resources are to each other: once all of them are known, at `up` after they were made. */
export interface StackRule<Schema extends ConfigSchema = ConfigSchema> extends RuleText<Schema> {
	/** Pure, as `judge`. Of components it sees what they registered as outputs, not their args. */
	judgeStack(stack: DeclaredStack, config: ConfigOf<Schema>): Iterable<StackFinding>;
}

export type Rule = ResourceRule | StackRule;

/** Declares a rule over single resources; the types of its configuration follow from the schema. */
export function resourceRule<const Schema extends ConfigSchema>(rule: ResourceRule<Schema>): ResourceRule {
	return rule as unknown as ResourceRule;
}

/** Declares a rule over the stack. */
export function stackRule<const Schema extends ConfigSchema>(rule: StackRule<Schema>): StackRule {
	return rule as unknown as StackRule;
}

/** The configuration of a rule: what is given, and the defaults. */
export function configOf(rule: Rule, given: Readonly<Record<string, unknown>> = {}): ConfigOf<ConfigSchema> {
	const defaults = Object.entries(rule.config ?? {}).map(([name, schema]) => [name, schema.default]);
	return { ...Object.fromEntries(defaults), ...given };
}

/** What the policy packs said in a preview: from the engine's stream of events, since `--json` alone has nothing of it. */

/** Makes `pulumi preview --json` write an event a line. `pulumi policy analyze --json` does by itself. */
export const streamEvents = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };

/** One line of a policy. */
export interface PolicyLine {
	readonly rule: string;
	readonly level: "advisory" | "mandatory";
	readonly severity: string;
	/** Of the resource that it is about. */
	readonly urn: string;
	/** Without the description of the rule, which the engine writes before it. */
	readonly text: string;
}

/** What would be done to one resource. */
export interface Step {
	/** `create`, `update`, `replace`, `delete`. */
	readonly op: string;
	readonly urn: string;
	/** Settings for which it is replaced; absent where it is not. */
	readonly keys?: readonly string[];
}

export type Outputs = Readonly<Record<string, unknown>>;

/** What a rule mended by itself, where its level is `remediate`. */
export interface Mended {
	readonly rule: string;
	/** Of the resource. */
	readonly urn: string;
	/** What is deployed in place of what the program declares. */
	readonly after: Readonly<Record<string, unknown>>;
}

/** What a preview would do, and what was said of it. */
export interface PolicyReport {
	readonly lines: readonly PolicyLine[];
	readonly mended: readonly Mended[];
	/** Resources by what would be done to them: `create`, `update`, `same`. */
	readonly changes: Readonly<Record<string, number>>;
	/** Those to which something would be done. */
	readonly steps: readonly Step[];
	/** Outputs of the stack: of its last deployment, and as they would be; null where there are none (yet). */
	readonly outputs: { readonly before: Outputs | null; readonly after: Outputs | null };
	/** What went wrong besides policies. */
	readonly errors: readonly string[];
}

/** The fields of the engine's events that are read here (pulumi/pulumi, sdk/go/common/apitype/events.go). */
interface EngineEvent {
	readonly policyEvent?: {
		readonly resourceUrn?: string;
		readonly message: string;
		readonly policyName: string;
		readonly enforcementLevel: "advisory" | "mandatory";
		readonly severity?: string;
	};
	readonly resourcePreEvent?: { readonly metadata: Metadata };
	readonly resOutputsEvent?: { readonly metadata: Metadata };
	readonly policyRemediationEvent?: {
		readonly resourceUrn?: string;
		readonly policyName: string;
		readonly after?: Readonly<Record<string, unknown>>;
	};
	readonly summaryEvent?: { readonly resourceChanges?: Readonly<Record<string, number>> };
	readonly diagnosticEvent?: { readonly severity: string; readonly message: string };
}

interface Metadata extends Step {
	readonly type: string;
	readonly old?: { readonly outputs?: Outputs | null } | null;
	readonly new?: { readonly outputs?: Outputs | null } | null;
}

/** Steps of the engine that are parts of another one, or change nothing. */
const noSteps = /^(same|read|refresh|.*discard.*|create-replacement|delete-replaced)$/;

/** Said in the end wherever anything was said before, of a policy too. */
const summed = /^(preview|update) failed$/;

/** @param output the command's standard output */
export function policyReport(output: string): PolicyReport {
	const events: EngineEvent[] = output.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
	const changes = events.findLast(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges;
	return {
		lines: events.flatMap(({ policyEvent }) => (policyEvent ? [policyLine(policyEvent)] : [])),
		mended: events.flatMap(({ policyRemediationEvent: event }) => (event ? [mended(event)] : [])),
		changes: changes ?? {},
		steps: events.flatMap(({ resourcePreEvent }) =>
			resourcePreEvent && !noSteps.test(resourcePreEvent.metadata.op) ? [stepOf(resourcePreEvent.metadata)] : [],
		),
		outputs: outputsOf(events.flatMap(({ resOutputsEvent }) => (resOutputsEvent ? [resOutputsEvent.metadata] : []))),
		errors: events
			.flatMap(({ diagnosticEvent }) => (diagnosticEvent?.severity === "error" ? [plain(diagnosticEvent.message)] : []))
			.filter((message) => !summed.test(message)),
	};
}

function stepOf({ op, urn, keys }: Metadata): Step {
	return { op, urn, ...(keys?.length ? { keys } : {}) };
}

/** The program gives the stack's outputs last; an event of the stack before that has none. */
function outputsOf(all: readonly Metadata[]): PolicyReport["outputs"] {
	const stack = all.filter(({ type }) => type === "pulumi:pulumi:Stack").at(-1);
	return { before: given(stack?.old?.outputs), after: given(stack?.new?.outputs) };
}

function given(outputs: Outputs | null | undefined): Outputs | null {
	return outputs && Object.keys(outputs).length > 0 ? outputs : null;
}

function policyLine(event: NonNullable<EngineEvent["policyEvent"]>): PolicyLine {
	const { policyName: rule, enforcementLevel: level, severity = "", resourceUrn: urn = "" } = event;
	return { rule, level, severity, urn, text: plain(event.message).split("\n").slice(1).join("\n") };
}

function mended(event: NonNullable<EngineEvent["policyRemediationEvent"]>): Mended {
	const { policyName: rule, resourceUrn: urn = "", after = {} } = event;
	return { rule, urn, after };
}

/** Without the engine's marks for colours: `<{%fg 1%}>`. */
function plain(text: string): string {
	return text.replace(/<\{%.*?%\}>/g, "").trim();
}

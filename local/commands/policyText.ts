/** What the policies said, for machines and for people. Pure. */
import { notJudgedText } from "../../policies/frame/ledger.ts";
import type { Rule } from "../../policies/frame/rule.ts";
import type { PolicyLine, PolicyReport } from "../engine/policyEvents.ts";
import { type ForecastChange, forecastChanges } from "./policyForecast.ts";
import { replacedLines } from "./policyReplaced.ts";

export interface PolicyDocument {
	/** `refused` by a mandatory rule; `failed`, where something else than a policy did. */
	readonly verdict: "kept" | "refused" | "failed";
	/** Resources by what would be done to them; empty of what is deployed. */
	readonly changes: PolicyReport["changes"];
	readonly steps: PolicyReport["steps"];
	/** Of each database and scenario; empty where it is not known. */
	readonly forecast: readonly ForecastChange[];
	/** By rule, in the order of the pack. */
	readonly findings: readonly PolicyLine[];
	readonly notJudged: readonly PolicyLine[];
	/** What rules mended by themselves, where their level is `remediate`. */
	readonly mended: PolicyReport["mended"];
	/** Rules that had nothing to say. */
	readonly kept: readonly string[];
	readonly errors: readonly string[];
}

/** @param mayReplace names of resources with data that are meant to be made anew */
export function policyDocument(
	{ lines: said, mended, changes, steps, outputs, errors }: PolicyReport,
	rules: readonly Rule[],
	mayReplace: readonly string[] = [],
): PolicyDocument {
	const lines = [...replacedLines(steps, mayReplace), ...said];
	const order = rules.map(({ name }) => name);
	const findings = lines
		.filter(({ rule }) => rule !== notJudgedText.name)
		.toSorted((one, other) => order.indexOf(one.rule) - order.indexOf(other.rule));
	const refused = lines.some(({ level }) => level === "mandatory");
	return {
		verdict: errors.length > 0 ? "failed" : refused ? "refused" : "kept",
		changes,
		steps,
		forecast: forecastChanges(outputs.before, outputs.after),
		findings,
		mended,
		notJudged: lines.filter(({ rule }) => rule === notJudgedText.name),
		kept: errors.length > 0 ? [] : order.filter((name) => !findings.some(({ rule }) => rule === name)),
		errors,
	};
}

/** Of a stack that could not be judged. */
export function failedDocument(errors: readonly string[]): PolicyDocument {
	const nothing = { lines: [], mended: [], changes: {}, steps: [], outputs: { before: null, after: null } };
	return policyDocument({ ...nothing, errors }, []);
}

/** What a file of `policy --json` says; one that nothing was written to is of a run that ended before. */
export function documentIn(text: string): PolicyDocument {
	if (text.trim() === "")
		return failedDocument(["nothing was said of it: see what the command wrote to standard error"]);
	return JSON.parse(text);
}

/** One paragraph a rule, a line a finding. */
export function policyText({ verdict, changes, findings, mended, notJudged, kept, errors }: PolicyDocument): string {
	const rules = Map.groupBy(findings, ({ rule }) => rule);
	const said = [...rules].flatMap(([rule, lines]) => [
		`${rule} (${lines[0]?.severity}, ${lines[0]?.level})`,
		...indented(lines),
	]);
	const open = notJudged.length > 0 ? ["not judged yet", ...indented(notJudged)] : [];
	const planned = Object.entries(changes).map(([what, count]) => `${count} ${what}`);
	return [
		...(planned.length > 0 ? [`changes: ${planned.join(", ")}`] : []),
		...said,
		...mended.map(({ rule, urn }) => `mended by ${rule}: ${urn.split("::").at(-1)}`),
		...open,
		...(kept.length > 0 ? [`kept: ${kept.join(", ")}`] : []),
		...errors.map((error) => `error: ${error}`),
		`policies: ${verdict}${findings.length > 0 ? `, ${findings.length} found` : ""}`,
		"",
	].join("\n");
}

function indented(lines: readonly PolicyLine[]): string[] {
	return lines.map(({ text }) => `    ${text}`);
}

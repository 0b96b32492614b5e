/** What a pull request is told of each stack: what changes, what the forecast was and becomes, which policies spoke. Pure. */
import { formatDuration, milliseconds } from "../../objectives/index.ts";
import type { PolicyLine } from "../engine/policyEvents.ts";
import type { ForecastChange, Times } from "./policyForecast.ts";
import type { PolicyDocument } from "./policyText.ts";

/** What was judged of one stack. */
export interface Judged {
	readonly stack: string;
	readonly document: PolicyDocument;
	/** The same of the branch that the pull request goes into: the forecast before, where nothing is deployed. */
	readonly base?: PolicyDocument | undefined;
}

/** GitHub takes 65,536 characters; a long list is of no use to anybody. */
const longest = { lines: 40, line: 700 };

const signs = { kept: "✅", refused: "❌", failed: "⚠️" } as const;

/** @param judged in the order in which they are to be shown */
export function pullRequestComment(judged: readonly Judged[]): string {
	const heads = judged.map(({ stack, document: { verdict } }) => `${signs[verdict]} ${stack}: ${verdict}`);
	return [`### Disaster recovery: ${heads.join(", ")}`, ...judged.map(stackText), ""].join("\n\n");
}

function stackText(judged: Judged): string {
	const { stack, document } = judged;
	const { findings, notJudged, errors } = document;
	return [
		`#### ${stack}`,
		planned(document),
		...errors.slice(0, longest.lines).map((error) => `- ⚠️ ${code(error)}`),
		forecastTable(judged),
		...(findings.length === 0 && errors.length === 0 ? ["No policy has anything to say."] : findingList(findings)),
		...document.mended.slice(0, longest.lines).map(({ rule, urn }) => `🔧 **${rule}** mends ${code(nameOf(urn))}`),
		folded(
			"not judged before it is deployed",
			notJudged.map(({ text }) => `- ${code(text)}`),
		),
		folded(
			"resources",
			document.steps.map(({ op, urn }) => `- ${op} ${code(nameOf(urn))}`),
		),
	]
		.filter((part) => part !== "")
		.join("\n\n");
}

function planned({ changes, verdict }: PolicyDocument): string {
	const counts = Object.entries(changes).filter(([op]) => op !== "same");
	if (counts.length === 0) return verdict === "failed" ? "What would change is not known." : "Nothing changes.";
	return `Changes: ${counts.map(([op, count]) => `${count} to ${op}`).join(", ")}.`;
}

/** RTO / RPO; what does not hold and what changes is marked. */
function forecastTable({ document, base }: Judged): string {
	const { forecast, verdict } = document;
	if (forecast.length === 0) return verdict === "failed" ? "" : "The forecast is not known.";
	const several = new Set(forecast.map(({ database }) => database)).size > 1;
	const rows = forecast.map((one) => {
		const before = one.before ?? ofBase(base, one);
		const was = before === null ? "—" : pair(before);
		const becomes = before !== null && isSame(before, one.after) ? "same" : `**${pair(one.after)}**`;
		const what = `${several ? `${one.database}: ` : ""}${one.title}`;
		return `| ${what} | ${pair(one.objective)} | ${was} | ${becomes}${one.holds ? "" : " ❌"} |`;
	});
	return ["| RTO / RPO when | promised | forecast was | becomes |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function ofBase(base: PolicyDocument | undefined, { database, scenario }: ForecastChange): Times | null {
	return base?.forecast.find((one) => one.database === database && one.scenario === scenario)?.after ?? null;
}

function isSame(one: Times, other: Times): boolean {
	return one.rtoSeconds === other.rtoSeconds && one.rpoSeconds === other.rpoSeconds;
}

/** In whole seconds, never less than it takes. */
function pair({ rtoSeconds, rpoSeconds }: Times): string {
	return [rtoSeconds, rpoSeconds].map((one) => formatDuration(milliseconds(Math.ceil(one) * 1000))).join(" / ");
}

/** A heading a rule, so that each one that spoke is named however much it said. */
function findingList(findings: readonly PolicyLine[]): string[] {
	const rules = Map.groupBy(findings, ({ rule }) => rule);
	const each = Math.max(1, Math.floor(longest.lines / Math.max(1, rules.size)));
	return [...rules].map(([rule, lines]) => {
		const [{ level, severity } = { level: "advisory", severity: "" }] = lines;
		const head = `${level === "mandatory" ? "❌" : "ℹ️"} **${rule}** (${severity}, ${level})`;
		return [
			head,
			...cut(
				lines.map(({ text }) => `- ${code(text)}`),
				each,
			),
		].join("\n");
	});
}

function folded(title: string, lines: readonly string[]): string {
	if (lines.length === 0) return "";
	const inside = cut(lines, longest.lines).join("\n");
	return `<details><summary>${lines.length} ${title}</summary>\n\n${inside}\n\n</details>`;
}

function cut(lines: readonly string[], most: number): string[] {
	const rest = lines.length - most;
	return rest > 0 ? [...lines.slice(0, most), `- and ${rest} more`] : [...lines];
}

/** As code, so that nothing in it is Markdown, a mention or HTML. */
function code(text: string): string {
	const line = text.replace(/\s+/g, " ").replaceAll("`", "'").trim();
	return `\`${line.length > longest.line ? `${line.slice(0, longest.line)}…` : line}\``;
}

/** `kubernetes:apps/v1:StatefulSet mysql` */
function nameOf(urn: string): string {
	const [, , type = "", ...name] = urn.split("::");
	return `${type.split("$").at(-1)} ${name.join("::")}`;
}

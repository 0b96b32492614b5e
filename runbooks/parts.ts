/** Parts that every runbook has. */
import type { Contact, Predicted, Promised, RunbookFacts } from "./facts.ts";

/** Which database this is about, and what was seen of it. */
export function heading(
	title: string,
	{ cluster, site, region, zones, namespace, tier, live }: RunbookFacts,
): string[] {
	const lines = [
		`# Runbook: ${title}`,
		"",
		`Database \`${cluster}\` (${tier}) at site \`${site}\`, region \`${region}\`, zones ${zones.join(", ")}; Kubernetes namespace \`${namespace}\`.`,
	];
	if (live === undefined) return lines;
	const state = live.protected ? "protected" : `**not protected**: ${live.missing ?? "see status"}`;
	const where = live.instances.map(({ name, zone, role }) => `${name} ${role} in ${zone ?? "no zone"}`).join(", ");
	return [
		...lines,
		"",
		`When this was printed (${live.at}): primary \`${live.primary ?? "none"}\`, ${state}. ${where}.`,
	];
}

/** Whom to call, in this order. */
export function callFirst(contacts: readonly Contact[]): string[] {
	const entries = contacts.map(({ role, name, phone, email }, index) => {
		const ways = [phone, email].filter((way) => way !== undefined);
		return `${index + 1}. **${role}**: ${name}, ${ways.join(", ")}`;
	});
	return ["## Call first", "", ...entries];
}

/** What is promised, what is expected and of what that consists. */
export function expectation({ recovered, rtoSeconds, rpoSeconds }: Promised, predicted: Predicted): string[] {
	const holds = predicted.holds ? "" : " **The forecast does not keep the promise.**";
	return [
		`Promise: ${recovered} within ${time(rtoSeconds)}, ${lossText(rpoSeconds)}. Forecast: ${time(predicted.rtoSeconds)}.${holds}`,
		"",
		"| step | expected | where this comes from |",
		"|---|---|---|",
		...predicted.rtoTerms.map(
			({ name, seconds, source }) => `| ${name} | ${time(seconds)} | ${source.replaceAll("|", "\\|")} |`,
		),
	];
}

/** Commands to paste. */
export function shell(...commands: readonly string[]): string[] {
	return ["```sh", ...commands, "```"];
}

function lossText(seconds: number): string {
	return seconds === 0 ? "no acknowledged write lost" : `at most the last ${time(seconds)} of writes lost`;
}

/** "0.6 s", "4 s", "15 min", "2 h". */
export function time(seconds: number): string {
	if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} h`;
	if (seconds >= 120 && seconds % 60 === 0) return `${seconds / 60} min`;
	return `${Math.round(seconds * 100) / 100} s`;
}

/** Bad data was written: an error of people or programs, which every replica has faithfully copied. */
import type { RunbookFacts } from "./facts.ts";
import { callFirst, expectation, heading, shell } from "./parts.ts";

/** Stands for the second before the mistake; people put theirs in its place. */
const before = '"2026-01-31 10:14:59 Europe/Berlin"';

export function badDataRunbook(facts: RunbookFacts): string {
	const { objectives, forecast, contacts } = facts;
	const promised = objectives.scenarios.badData;
	return [
		...heading(promised.title, facts),
		"",
		...callFirst(contacts),
		"",
		"A failover does not help: the replicas have the bad data too. **Stop what writes it** before anything else.",
		"",
		...expectation(promised, forecast.badData),
		"",
		...look(facts),
		"",
		...takeOver(facts),
		"",
		...afterwards(facts),
		"",
	].join("\n");
}

function look({ namespace }: RunbookFacts): string[] {
	return [
		"## Look before you change anything",
		"",
		"1. How far the archive reaches, and which backups there are. The archive must reach beyond the second before the mistake:",
		"",
		...shell(`npx mysql-dr archive status -n ${namespace}`, `npx mysql-dr backups -n ${namespace}`),
		"",
		`2. Restore the second before into a copy beside the database, read-only. The time here stands for yours; write it with its zone, or name the last good GTID:`,
		"",
		...shell(`npx mysql-dr restore -n ${namespace} --to ${before} --into scratch --pause`),
		"",
		"3. Look into the copy as the last lines of that command say. Too early? Take it further (not back: for that discard it and restore again):",
		"",
		...shell(
			`npx mysql-dr restore status -n ${namespace}`,
			`npx mysql-dr restore resume -n ${namespace} --to ${before}`,
			`npx mysql-dr restore discard -n ${namespace}`,
		),
	];
}

function takeOver({ namespace, cluster }: RunbookFacts): string[] {
	return [
		"## Take over what was good",
		"",
		"- **A few rows or tables are bad** (the usual case): bring the good ones beside the bad, under another schema, and repair by SQL. Nothing that is there is touched:",
		"",
		...shell(`npx mysql-dr restore -n ${namespace} --to ${before} --only app.orders`),
		"",
		`- **Everything since is worthless:** put the state of that second in place of the data of \`${cluster}\`. Clients wait for some minutes; what was written since leaves the database and stays in the archive. It asks before it begins:`,
		"",
		...shell(`npx mysql-dr restore -n ${namespace} --to ${before} --into in-place`),
	];
}

function afterwards({ namespace }: RunbookFacts): string[] {
	return [
		"## Afterwards",
		"",
		"1. Wait until all is protected again, and make a full backup: later restores then need not cross what happened.",
		"",
		...shell(
			`npx mysql-dr status -n ${namespace} --wait-protected --timeout 10m`,
			`npx mysql-dr backup full -n ${namespace}`,
		),
		"",
		"2. Delete copies that nobody needs any more:",
		"",
		...shell(`npx mysql-dr restore discard -n ${namespace}`),
	];
}

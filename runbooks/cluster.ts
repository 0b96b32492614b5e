/** The whole Kubernetes cluster is lost: nothing is left but the stores and the kept key. */
import type { RunbookFacts } from "./facts.ts";
import { callFirst, expectation, heading, shell } from "./parts.ts";

export function clusterRunbook(facts: RunbookFacts): string {
	const { objectives, forecast, contacts } = facts;
	const promised = objectives.scenarios.cluster;
	return [
		...heading(promised.title, facts),
		"",
		...callFirst(contacts),
		"",
		"**Be sure that it is lost.** A cluster that comes back while another has its writes is two truths: switch its nodes off, or take its network away, before step 3.",
		"",
		...expectation(promised, forecast.cluster),
		"",
		...have(),
		"",
		...rebuild(facts),
		"",
		...afterwards(facts),
		"",
	].join("\n");
}

function have(): string[] {
	return [
		"## What you need",
		"",
		"- This repository, and the stack's configuration (`Pulumi.*.yaml`) with the **same stores**.",
		"- The file with the backups' keys that somebody kept (`mysql-dr backup-key --export`). Without it, or the recovery key in it, no backup can be opened.",
		"- What opens the stores: the Secrets with their keys, or the cloud identity.",
	];
}

function rebuild({ namespace }: RunbookFacts): string[] {
	return [
		"## What you do",
		"",
		"1. Point the stack at a new cluster (`kubernetes:context`, zones), and declare it. The database that comes up is empty:",
		"",
		...shell("npm run up"),
		"",
		"2. Give it the kept key in place of the one that it has made for itself. `backup-key.json` is the kept file:",
		"",
		...shell(`npx mysql-dr backup-key -n ${namespace} --import backup-key.json`),
		"",
		"3. See what the stores have, and put its newest state into the empty database. It refuses where there is data already, and asks before it begins:",
		"",
		...shell(`npx mysql-dr backups -n ${namespace}`, `npx mysql-dr restore -n ${namespace} --to latest --into new`),
		"",
		"4. Wait until it is protected, and point the applications at it:",
		"",
		...shell(
			`npx mysql-dr status -n ${namespace} --wait-protected --timeout 30m`,
			`npx mysql-dr endpoints -n ${namespace}`,
		),
	];
}

function afterwards({ namespace }: RunbookFacts): string[] {
	return [
		"## Afterwards",
		"",
		"1. Make a full backup, and see that the archive goes on:",
		"",
		...shell(`npx mysql-dr backup full -n ${namespace}`, `npx mysql-dr archive status -n ${namespace}`),
		"",
		"2. What was acknowledged in the last seconds and is not in the archive is lost: the archive's last moment is in the output of step 3.",
	];
}

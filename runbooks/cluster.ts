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

function rebuild(facts: RunbookFacts): string[] {
	const { namespace, madeStores } = facts;
	return [
		"## What you do",
		"",
		...(madeStores ? declareBeside(facts) : declareAnew()),
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

function declareAnew(): string[] {
	return [
		"1. Point the stack at a new cluster (`kubernetes:context`, zones), and declare it. Where the stack makes its cluster (`site.cluster`), do so in a stack of its own, with another `site.name`: the lost one's name may be taken. The database that comes up is empty:",
		"",
		...shell("npm run up"),
	];
}

/** The stack that made the stores goes on declaring them: they, their keys and the name exist, and can be made by nobody else. */
function declareBeside({ site }: RunbookFacts): string[] {
	const other = `${site}-2`;
	return [
		`1. Leave the lost stack as it is: the stores are declared by it. Copy its \`Pulumi.*.yaml\` to \`Pulumi.${other}.yaml\`, and change three settings there (docs/clouds.md, "A cluster that is lost"):`,
		"",
		`    - \`mysql-dr:site\`: \`name: ${other}\`, by which a cluster that is made is called: the lost one's name may be taken. Another \`eks.name\` or \`gke.name\`, too, where there is one.`,
		"    - `mysql-dr:stores`: `adopt: true`, so that the stores stay as they are and let the new pods in.",
		"    - The cluster: `cluster: made` makes another (leave `stores.aws.cluster` out); else point `kubernetes:context` at one, and in AWS `stores.aws.cluster`.",
		"",
		"    Declare it. The database that comes up is empty:",
		"",
		...shell(`pulumi stack init ${other}`, "pulumi up"),
	];
}

function afterwards({ namespace, madeStores }: RunbookFacts): string[] {
	return [
		"## Afterwards",
		"",
		"1. Make a full backup, and see that the archive goes on:",
		"",
		...shell(`npx mysql-dr backup full -n ${namespace}`, `npx mysql-dr archive status -n ${namespace}`),
		"",
		"2. What was acknowledged in the last seconds and is not in the archive is lost: the archive's last moment is in the output of step 3.",
		...(madeStores
			? [
					"",
					'3. Lead the database\'s name here by hand, if it has one (docs/clouds.md, "Names"), and keep the lost stack: it still declares the stores, their replication and its alarms.',
				]
			: []),
	];
}

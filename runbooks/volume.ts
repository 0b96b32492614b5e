/** A volume is lost, unusable, damaged or full; one of them, or all. */
import type { RunbookFacts } from "./facts.ts";
import { callFirst, expectation, heading, shell } from "./parts.ts";

export function volumeRunbook(facts: RunbookFacts): string {
	const { objectives, forecast, contacts } = facts;
	const promised = objectives.scenarios.volume;
	return [
		...heading(promised.title, facts),
		"",
		...callFirst(contacts),
		"",
		"The site repairs the loss of one volume by itself: call when step 2 below does not end in `protected`, and at once when all are lost.",
		"",
		"## What happens by itself",
		"",
		"- **The primary's volume is lost:** another instance takes over, without losing an acknowledged write.",
		"- **The lost copy:** the old volume is kept aside, the instance gets an empty one, and is cloned from another. Two copies of every acknowledged write are elsewhere before anything is given up.",
		"- **Damaged pages:** the instance is nobody's choice any more, and gets a new volume in the same way.",
		"- **Nearly full:** the volumes grow, where the configuration allows it (`volumeGrowth`).",
		"",
		...expectation(promised, forecast.volume),
		"",
		...one(facts),
		"",
		...all(facts),
		"",
		...afterwards(facts),
		"",
	].join("\n");
}

function one({ namespace }: RunbookFacts): string[] {
	return [
		"## One volume",
		"",
		"1. See which instance is lost, and why:",
		"",
		...shell(
			`npx mysql-dr status -n ${namespace}`,
			`kubectl -n ${namespace} get persistentvolumeclaims,pods -o wide`,
			`kubectl -n ${namespace} describe pod mysql-1`,
		),
		"",
		"2. Wait until all is protected again (it ends by itself, exit code 0):",
		"",
		...shell(`npx mysql-dr status -n ${namespace} --wait-protected --timeout 30m`),
		"",
		"3. If a replica's volume is bad and nobody noticed (`mysql-1` stands for it), ask for a new one. It is refused where it could cost the last copy:",
		"",
		...shell(`npx mysql-dr replace-volume -n ${namespace} mysql-1`),
		"",
		"4. If a new claim stays `Pending`, the storage makes no volume: look at its Events and at the storage class. **Never delete a claim by hand** while the database is not protected.",
	];
}

function all({ namespace }: RunbookFacts): string[] {
	return [
		"## All volumes",
		"",
		"The watchdog makes nobody primary, and waits. If any volume can be brought back, bring it back first: what is on it may be newer than the archive.",
		"",
		"1. See that archive and backups are there, and how far they reach:",
		"",
		...shell(`npx mysql-dr archive status -n ${namespace}`, `npx mysql-dr backups -n ${namespace}`),
		"",
		"2. Restore into new volumes. It says what is known to be lost, asks, and keeps the old volumes aside:",
		"",
		...shell(`npx mysql-dr restore -n ${namespace} --to latest --into new-volumes`),
		"",
		"3. Wait until it is protected:",
		"",
		...shell(`npx mysql-dr status -n ${namespace} --wait-protected --timeout 30m`),
	];
}

function afterwards({ cluster, namespace }: RunbookFacts): string[] {
	return [
		"## Afterwards",
		"",
		"1. Old volumes are kept, each with a note of what it was; delete them when nobody needs them any more:",
		"",
		...shell(`kubectl get persistentvolumes -l mysql-dr/set-aside=${cluster} -n ${namespace}`),
		"",
		"2. Rehearse it, under load, when all is protected:",
		"",
		...shell(`npm run drill -- volume -n ${namespace}`),
	];
}

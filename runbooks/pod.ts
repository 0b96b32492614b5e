/** One pod is lost: the primary's or a replica's. */
import type { RunbookFacts } from "./facts.ts";
import { callFirst, expectation, heading, shell } from "./parts.ts";

export function podRunbook(facts: RunbookFacts): string {
	const { objectives, forecast, contacts } = facts;
	const promised = objectives.scenarios.pod;
	return [
		...heading(promised.title, facts),
		"",
		...callFirst(contacts),
		"",
		"The site repairs this by itself: call when step 2 below does not end in `protected`.",
		"",
		"## What happens by itself",
		"",
		"- **The primary's pod is lost:** the watchdog sees it, makes sure that the old primary can acknowledge nothing any more, promotes the replica that has every acknowledged write, and moves `mysql-primary` to it. Clients reconnect; they change nothing.",
		"- **A replica's pod is lost:** writes go on. Kubernetes starts the pod again on its volume; it catches up by itself.",
		"- **The pod comes back:** it stays read-only until it follows the primary. What it has that was never acknowledged is saved, then it is rebuilt from another instance.",
		"",
		...expectation(promised, forecast.pod),
		"",
		...steps(facts),
		"",
		...refusals(facts),
		"",
		...afterwards(facts),
		"",
	].join("\n");
}

function steps({ namespace, services }: RunbookFacts): string[] {
	const { primary } = services;
	return [
		"## What you do",
		"",
		"1. See who is primary, who follows, and what is missing:",
		"",
		...shell(`npx mysql-dr status -n ${namespace}`, `kubectl -n ${namespace} get pods -o wide -L mysql-dr/role`),
		"",
		"2. Wait until all is protected again (it ends by itself, exit code 0):",
		"",
		...shell(`npx mysql-dr status -n ${namespace} --wait-protected --timeout 5m`),
		"",
		`3. Applications use \`${primary.host}:${primary.port}\` all the time. From outside the cluster:`,
		"",
		...shell(`npx mysql-dr endpoints -n ${namespace}`),
		"",
		"4. If a pod does not come back, see why, in this order (`mysql-1` stands for the pod that status names):",
		"",
		...shell(
			`kubectl -n ${namespace} describe pod mysql-1`,
			`kubectl -n ${namespace} logs mysql-1 -c mysql --tail=50`,
			`kubectl -n ${namespace} logs mysql-1 -c mysql --previous --tail=50`,
		),
		"",
		"5. A pod that hangs may be deleted: its data is on the claim, and Kubernetes makes it anew. **Never delete its claim** (`data-mysql-1`) while the database is not protected.",
		"",
		...shell(`kubectl -n ${namespace} delete pod mysql-1`),
	];
}

function refusals({ namespace }: RunbookFacts): string[] {
	return [
		"## If the watchdog refuses",
		"",
		"Status says so in a line that begins with `!`. It refuses only where going on could lose acknowledged writes. **Do not promote by hand.**",
		"",
		"- *An instance that may hold acknowledged writes cannot be read:* bring that instance back (steps 4 and 5). The failover goes on by itself as soon as it answers.",
		"- *An instance holds transactions that were never acknowledged:* leave it; it is saved and rebuilt.",
		"- *No replica acknowledges:* writes wait, none is lost. Bring one replica back (steps 4 and 5).",
		"- *No watchdog leads:* see why none of the three works:",
		"",
		...shell(
			`kubectl -n ${namespace} get pods -l app.kubernetes.io/component=watchdog -o wide`,
			`kubectl -n ${namespace} logs deploy/mysql-watchdog --all-pods --tail=20`,
		),
	];
}

function afterwards({ namespace }: RunbookFacts): string[] {
	return [
		"## Afterwards",
		"",
		"1. To move the primary back (nothing asks for it; writes pause well under a second):",
		"",
		...shell(`npx mysql-dr switchover -n ${namespace} --to mysql-0`),
		"",
		"2. Rehearse it, under load, when all is protected:",
		"",
		...shell(`npm run drill -- pod -n ${namespace}`),
	];
}

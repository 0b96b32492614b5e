/** What is called a trial of a backup and boots none, so far as is seen. */
import type { DeclaredStack } from "../frame/declared.ts";
import { NotKnown } from "../frame/notKnown.ts";
import type { StackFinding } from "../frame/rule.ts";
import { beside } from "../kubernetes/kinds.ts";
import type { MysqlServer } from "../kubernetes/mysqlServer.ts";
import { annotation, backupAnnotations, commandsOf, roleOf } from "./work.ts";

/** Words that stand by themselves: `--no-verify-ssl` and `--ssl-verify-server-cert` are options. */
const words = /(?<![-\w])(restore[-_ ]?tests?|validat(e|es|ion)|verif(y|ies|ication)|integrity)(?![a-z])/i;
const names = /restore[-_]?test|validat|verif|integrity/i;
/** What works on data: a script in which it is seen shows what it does. */
const works =
	/(?<![-\w])(mysql|mysqldump|mysqlcheck|xtrabackup|mariabackup|mysqlbackup|mydumper|myloader|gzip|tar|sha256sum|md5sum)(?![-\w])/;

/**
 * Those of a namespace: a finding each where what it runs is seen.
 * @throws NotKnown where a script is not in the program
 */
export function* emptyTrials(stack: DeclaredStack, server: MysqlServer): Generator<StackFinding> {
	const trials = beside(stack, server.resource, "CronJob").filter((resource) => {
		const texts = commandsOf(resource);
		const name = resource.props.metadata?.name ?? resource.name;
		return roleOf(resource) !== "validation" && (names.test(name) || texts.some((text) => words.test(text)));
	});
	const hidden = trials.filter((resource) => !commandsOf(resource).some((text) => works.test(text)));
	for (const resource of trials)
		if (!hidden.includes(resource))
			yield {
				resource,
				setting: "CronJob for validation",
				value: resource.props.metadata?.name ?? resource.name,
				remedy: `it starts no server on a copy: restore the newest one, start mysqld on it and ask that, or write ${backupAnnotations.role}: validation if what it runs does`,
			};
	if (hidden.length > 0)
		throw new NotKnown(
			hidden.map(({ urn, label }) => ({
				urn,
				resource: label,
				setting: annotation("role"),
				why: "is not set, and what it runs is not in the program",
			})),
		);
}

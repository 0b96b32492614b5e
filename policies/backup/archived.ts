import { stackRule, texts } from "../frame/rule.ts";
import { databaseOf, eachServer } from "../kubernetes/mysqlServer.ts";
import { refuseUnclear } from "./unclear.ts";
import { backupAnnotations, workOf } from "./work.ts";

export const archivePresent = stackRule({
	name: "archive-present",
	family: "backup",
	what: "The binary logs of every MySQL database are archived, so that it can be brought to the second before a fault.",
	why: {
		reason:
			"A backup brings back the moment when it was made, however often that is. What was written between it and a wrong DELETE is in the binary logs alone, and those go with the server.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/point-in-time-recovery-binlog.html",
	},
	fix: `Run mysqlbinlog --read-from-remote-server --raw --stop-never in a Deployment; where a tool does it, say so by the annotation ${backupAnnotations.role}: archive.`,
	severity: "high",
	config: {
		elsewhere: texts(
			"Databases whose logs are archived outside of the stack, as namespace and workload or label: `shop/db`, `shop/app.kubernetes.io/instance=db`.",
		),
	},
	*judgeStack(stack, { elsewhere }) {
		yield* eachServer(stack, function* (server) {
			if (elsewhere.includes(databaseOf(server))) return;
			const work = workOf(stack, server);
			// That one without a pod archives nothing, another rule says.
			if (work.some(({ role }) => role === "archive")) return;
			refuseUnclear(work);
			yield {
				resource: server.resource,
				setting: "archive of binary logs",
				value: undefined,
				remedy:
					"declare one in its namespace (mysqlbinlog --stop-never): else it can be brought to no point between backups",
			};
		});
	},
});

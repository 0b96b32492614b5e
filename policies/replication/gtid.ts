import { on, oneOf, optionRule } from "../mysql/optionRule.ts";
import { isMariadb } from "../mysql/serverOptions.ts";

export const gtid = optionRule({
	name: "gtid",
	family: "replication",
	what: "Every transaction has a global identifier, and every server keeps a binary log of what it applied.",
	why: {
		reason:
			"Without GTIDs nobody can tell which replica has most, nor prove after a failover that nothing is missing or twice. Without a log of its own a replica cannot be promoted, and nothing can be restored to a moment.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/replication-gtids.html",
	},
	fix: "Set gtid_mode = ON and enforce_gtid_consistency = ON; leave log_bin and log_replica_updates on.",
	severity: "critical",
	demands(_config, server) {
		const logs = [
			{
				option: "log_bin",
				wanted: "binlog",
				// Any name for the files is a yes.
				holds: (value: string) => !/^(off|0|false|no)$/i.test(value),
				unset: "ON",
				unsetMariadb: "OFF",
				or: "there is nothing to replicate or to archive",
			},
			on("log_replica_updates", "a promoted replica has no log of what it applied", {
				unset: "ON",
				unsetMariadb: "OFF",
			}),
		];
		if (isMariadb(server)) return logs;
		return [
			on("gtid_mode", "transactions have no names by which servers can be compared"),
			oneOf("enforce_gtid_consistency", ["ON", "1"], "statements that have no GTID are taken"),
			...logs,
		];
	},
});

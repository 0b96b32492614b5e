import { on, oneOf, optionRule } from "../mysql/optionRule.ts";

export const durableCommits = optionRule({
	name: "durable-commits",
	family: "replication",
	what: "A commit is on disk, in the binary log and in InnoDB, before it is acknowledged.",
	why: {
		reason:
			"With other values the newest writes are in memory for a second or more. A crashed primary then comes back with less than its replicas have, or with a log that differs from its data.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/replication-solutions-unexpected-replica-halt.html",
	},
	fix: "Set sync_binlog = 1, innodb_flush_log_at_trx_commit = 1 and leave innodb_doublewrite on; or say nothing, as MySQL does so by itself.",
	severity: "critical",
	demands: () => [
		oneOf("sync_binlog", ["1"], "a crash loses what is not written out", { unset: "1", unsetMariadb: "0" }),
		oneOf("innodb_flush_log_at_trx_commit", ["1"], "a crash loses up to a second of commits", { unset: "1" }),
		on("innodb_doublewrite", "a page that was half written is lost", {
			unset: "ON",
			holds: (value) => /^(on|1|true|detect_and_recover)$/i.test(value),
		}),
	],
});

import { oneOf, optionRule } from "../mysql/optionRule.ts";

export const rowFormat = optionRule({
	name: "row-format",
	family: "replication",
	what: "The binary log holds rows, whole ones, and not statements.",
	why: {
		reason:
			"A statement may do something else on a replica, or when it is replayed from the archive: functions of time and chance, LIMIT without order, triggers. Nothing says that the copies differ.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/replication-rbr-safe-unsafe.html",
	},
	fix: "Set binlog_format = ROW, or say nothing, as MySQL does so by itself; leave binlog_row_image at FULL.",
	severity: "high",
	demands: () => [
		oneOf("binlog_format", ["ROW"], "statements may do something else where they are repeated", {
			unset: "ROW",
			unsetMariadb: "MIXED",
		}),
		oneOf("binlog_row_image", ["FULL"], "what a row was before cannot be told, nor put back", { unset: "FULL" }),
	],
});

import { oneOf, optionRule } from "../mysql/optionRule.ts";

export const relayLogKept = optionRule({
	name: "relay-log-kept",
	family: "replication",
	what: "A replica keeps on disk what it has acknowledged, also when it starts anew.",
	why: {
		reason:
			"relay_log_recovery throws the relay log away at a start and fetches it again, from a primary that may be gone: acknowledged writes were lost that way. Without it each event must be on disk before it is acknowledged, which is what sync_relay_log says.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/replication-options-replica.html#sysvar_relay_log_recovery",
	},
	fix: "Leave relay_log_recovery off and set sync_relay_log = 1.",
	severity: "critical",
	demands: () => [
		oneOf("relay_log_recovery", ["OFF", "0"], "a replica that restarts drops what it has acknowledged", {
			unset: "OFF",
		}),
		oneOf("sync_relay_log", ["1"], "what was acknowledged may be in memory alone"),
	],
});

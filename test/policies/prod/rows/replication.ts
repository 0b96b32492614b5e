import type { Setting } from "../row.ts";

const command = "spec.template.spec.containers[0].command";

/** mysqld with a word more: the command line counts before the file that the pod writes. */
const word = (title: string, rule: string, option: string): Setting => ({
	title,
	declared: {
		StatefulSet: {
			[command]: ([program, ...words]: readonly string[]) =>
				program === "mysqld" ? [program, ...words, option] : ["mysqld", "--defaults-file=/run/my.cnf", option],
		},
	},
	rule,
});

/** Family "replication". */
export const replicationRows: readonly Setting[] = [
	word("replicas that acknowledge nothing", "semi-sync-enabled", "--rpl-semi-sync-replica-enabled=OFF"),
	word("ten seconds of semi-sync", "lossless-semi-sync", "--rpl-semi-sync-source-timeout=10000"),
	word("others read what is not safe yet", "lossless-semi-sync", "--rpl-semi-sync-source-wait-point=AFTER_COMMIT"),
	word("no waiting without replicas", "lossless-semi-sync", "--rpl-semi-sync-source-wait-no-replica=OFF"),
	word("no acknowledgement needed", "lossless-semi-sync", "--rpl-semi-sync-source-wait-for-replica-count=0"),
	word("no GTIDs", "gtid", "--gtid-mode=OFF"),
	word("statements without GTIDs", "gtid", "--enforce-gtid-consistency=WARN"),
	word("no binary log", "gtid", "--skip-log-bin"),
	word("no binary log on replicas", "gtid", "--log-replica-updates=0"),
	word("a binary log in memory", "durable-commits", "--sync-binlog=0"),
	word("commits in memory", "durable-commits", "--innodb-flush-log-at-trx-commit=2"),
	word("half-written pages", "durable-commits", "--skip-innodb-doublewrite"),
	word("statements in the binary log", "row-format", "--binlog-format=STATEMENT"),
	word("half of each row", "row-format", "--binlog-row-image=MINIMAL"),
	word("a relay log that is thrown away", "relay-log-kept", "--relay-log-recovery=ON"),
	word("a relay log in memory", "relay-log-kept", "--sync-relay-log=10000"),
];

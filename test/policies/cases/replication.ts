import { notKnownYet } from "../program.ts";
import { soundOptions } from "../soundStorage.ts";
import type { Case, CaseTable } from "./case.ts";

const file = 'data["durable.cnf"]';
const args = "spec.template.spec.containers[0].args";
const image = "spec.template.spec.containers[0].image";
const volumes = "spec.template.spec.volumes";

/** The option file with some options changed. */
const options = (title: string, changed: Parameters<typeof soundOptions>[0], more: Partial<Case> = {}): Case => ({
	title,
	change: { ConfigMap: { [file]: soundOptions(changed) } },
	...more,
});

/** The command line of the server. */
const words = (title: string, given: readonly string[], more: Partial<Case> = {}): Case => ({
	title,
	change: { StatefulSet: { [args]: given } },
	...more,
});

/** A group that agrees on each write. */
const group = {
	rpl_semi_sync_source_enabled: null,
	rpl_semi_sync_replica_enabled: null,
	rpl_semi_sync_source_timeout: null,
	group_replication_group_name: '"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"',
};

const mariadb = {
	title: "MariaDB, which has words and defaults of its own",
	change: {
		StatefulSet: { [image]: "mariadb:11.8" },
		ConfigMap: {
			[file]: `[mariadb]
log-bin
log-slave-updates = ON
sync_binlog = 1
binlog_format = row
rpl_semi_sync_master_enabled = ON
rpl_semi_sync_slave_enabled = ON
rpl_semi_sync_master_timeout = 4294967295
rpl_semi_sync_master_wait_point = 'AFTER_SYNC'
sync_relay_log = 1
`,
		},
	},
} satisfies Case;

export const replicationCases: CaseTable = {
	"semi-sync-enabled": {
		refuses: [
			options(
				"options that are overlooked, since nothing loads the plugin",
				{
					plugin_load_add: null,
					...{ rpl_semi_sync_source_enabled: null, rpl_semi_sync_replica_enabled: null },
					...{ "loose-rpl_semi_sync_source_enabled": "ON", "loose-rpl_semi_sync_replica_enabled": "ON" },
				},
				{
					says: [
						"StatefulSet db: mysqld.plugin_load_add is not set",
						"StatefulSet db: mysqld.plugin_load_add is not set",
					],
				},
			),
			options(
				"asynchronous replication",
				{ rpl_semi_sync_source_enabled: null, rpl_semi_sync_replica_enabled: "OFF" },
				{
					says: [
						"StatefulSet db: mysqld.rpl_semi_sync_source_enabled is not set",
						`ConfigMap db-options: ${file}.rpl_semi_sync_replica_enabled is "OFF"`,
					],
				},
			),
			words("off on the command line, which counts more", ["--skip-rpl-semi-sync-source-enabled"], {
				says: [`StatefulSet db: ${args}.rpl_semi_sync_source_enabled is "OFF"`],
			}),
			{
				title: "options in a ConfigMap that is not in the stack",
				change: { StatefulSet: { [`${volumes}[0].configMap.name`]: "of-somebody-else" } },
				open: [`StatefulSet db: ${volumes}[0] is the ConfigMap of-somebody-else, which is not in the stack`],
			},
			{
				title: "options that are not known yet",
				change: { ConfigMap: { [file]: notKnownYet } },
				open: [`ConfigMap db-options: ${file} is not known before it is deployed`],
			},
			{
				title: "an image that may bring options, and nothing else",
				change: { StatefulSet: { [image]: "company/mysql:1" }, ConfigMap: { [file]: "[mysqld]\n" } },
				open: [`StatefulSet db: ${image} may bring option files of its own`],
			},
		],
		accepts: [
			options("options that may be overlooked, and both plugins loaded, a line each", {
				"plugin-load-add": "semisync_replica.so",
				...{ rpl_semi_sync_source_enabled: null, rpl_semi_sync_replica_enabled: null },
				...{ "loose-rpl_semi_sync_source_enabled": "ON", "loose-rpl_semi_sync_replica_enabled": "ON" },
			}),
			options("Group Replication, which agrees on each write by itself", group),
			mariadb,
		],
	},
	"lossless-semi-sync": {
		refuses: [
			options(
				"MySQL's own timeout",
				{ rpl_semi_sync_source_timeout: null },
				{ says: ["StatefulSet db: mysqld.rpl_semi_sync_source_timeout is not set"] },
			),
			options(
				"a minute, after the commit, and not without replicas",
				{
					rpl_semi_sync_source_timeout: "60000",
					rpl_semi_sync_source_wait_point: "AFTER_COMMIT",
					"loose-rpl-semi-sync-master-wait-no-slave": "0",
					rpl_semi_sync_source_wait_for_replica_count: "0",
				},
				{
					says: [
						`ConfigMap db-options: ${file}.rpl_semi_sync_source_timeout is "60000"`,
						`ConfigMap db-options: ${file}.rpl_semi_sync_source_wait_point is "AFTER_COMMIT"`,
						`ConfigMap db-options: ${file}.rpl_semi_sync_source_wait_no_replica is "0"`,
						`ConfigMap db-options: ${file}.rpl_semi_sync_source_wait_for_replica_count is "0"`,
					],
				},
			),
		],
		accepts: [
			words("a longer time on the command line than in the file", ["--rpl-semi-sync-source-timeout=4294967295"]),
			options(
				"half a day, where that is configured",
				{ rpl_semi_sync_source_timeout: "43200000" },
				{ config: { leastTimeoutMs: 43_200_000 } },
			),
		],
	},
	gtid: {
		refuses: [
			options(
				"no GTIDs",
				{ "gtid-mode": null, enforce_gtid_consistency: "WARN" },
				{
					says: [
						"StatefulSet db: mysqld.gtid_mode is not set",
						`ConfigMap db-options: ${file}.enforce_gtid_consistency is "WARN"`,
					],
				},
			),
			words("no binary log", ["--skip-log-bin", "--log-replica-updates=OFF"], {
				says: [`StatefulSet db: ${args}.log_bin is "OFF"`, `StatefulSet db: ${args}.log_replica_updates is "OFF"`],
			}),
		],
		accepts: [words("a binary log of another name", ["mysqld", "--log-bin=shop"])],
	},
	"durable-commits": {
		refuses: [
			options(
				"fast, and lost",
				{ sync_binlog: "0", "innodb-flush-log-at-trx-commit": "2", innodb_doublewrite: "DETECT_ONLY" },
				{
					says: [
						`ConfigMap db-options: ${file}.sync_binlog is "0"`,
						`ConfigMap db-options: ${file}.innodb_flush_log_at_trx_commit is "2"`,
						`ConfigMap db-options: ${file}.innodb_doublewrite is "DETECT_ONLY"`,
					],
				},
			),
			words("in the words of a shell", ["sh", "-c", "exec mysqld --sync-binlog=100"], {
				says: [`StatefulSet db: ${args}.sync_binlog is "100"`],
			}),
		],
		accepts: [
			options("said, as it is by itself", { sync_binlog: "1", innodb_flush_log_at_trx_commit: '"1"' }),
			words("right on the command line", ["--sync_binlog=1"], {
				change: {
					StatefulSet: { [args]: ["--sync_binlog=1"] },
					ConfigMap: { [file]: soundOptions({ sync_binlog: "0" }) },
				},
			}),
		],
	},
	"row-format": {
		refuses: [
			options(
				"statements",
				{ binlog_format: "MIXED", binlog_row_image: "minimal" },
				{
					says: [
						`ConfigMap db-options: ${file}.binlog_format is "MIXED"`,
						`ConfigMap db-options: ${file}.binlog_row_image is "minimal"`,
					],
				},
			),
		],
		accepts: [options("said, as it is by itself", { binlog_format: "row" })],
	},
	"relay-log-kept": {
		refuses: [
			options(
				"thrown away at a restart",
				{ "relay-log-recovery": "", sync_relay_log: "10000" },
				{
					says: [
						`ConfigMap db-options: ${file}.relay_log_recovery is ""`,
						`ConfigMap db-options: ${file}.sync_relay_log is "10000"`,
					],
				},
			),
			options(
				"in memory alone",
				{ sync_relay_log: null },
				{ says: ["StatefulSet db: mysqld.sync_relay_log is not set"] },
			),
		],
		accepts: [options("said, as it is by itself", { relay_log_recovery: "0" })],
	},
};

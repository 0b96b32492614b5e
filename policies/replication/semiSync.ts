import { isOurs } from "../kubernetes/mysqlServer.ts";
import { type Demand, isGroupMember, on, oneOf, optionRule, setBy } from "../mysql/optionRule.ts";
import { isMariadb, type ServerOptions } from "../mysql/serverOptions.ts";

export const semiSyncEnabled = optionRule({
	name: "semi-sync-enabled",
	family: "replication",
	what: "A MySQL server acknowledges a write only when another one has it, by semi-synchronous replication.",
	why: {
		reason:
			"Asynchronous replication sends what clients were told is done some time later. What was not sent yet is lost with the primary.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/replication-semisync.html",
	},
	fix: "Load the plugins semisync_source and semisync_replica, and set rpl_semi_sync_source_enabled and rpl_semi_sync_replica_enabled to ON. A server of a group (Group Replication, Galera) needs neither.",
	severity: "critical",
	demands(_config, server, options) {
		if (isGroupMember(options)) return [];
		const source = on("rpl_semi_sync_source_enabled", "else a write is done before anybody else has it");
		const replica = on("rpl_semi_sync_replica_enabled", "else it acknowledges nothing");
		const plugins = isMariadb(server)
			? []
			: (["source", "replica"] as const).flatMap((part) => pluginOf(part, options));
		// The watchdog turns it on at a promotion: on a replica it would wait for acknowledgements of its own.
		return [...(isOurs(server) ? [replica] : [source, replica]), ...plugins];
	},
});

/** Without the plugin a server refuses an option that it does not know, unless it is told to overlook that. */
function pluginOf(part: "source" | "replica", options: ServerOptions): Demand[] {
	const loose = setBy(options, `rpl_semi_sync_${part}_enabled`).some((option) => option.loose);
	const loading = ["plugin_load", "plugin_load_add"];
	const loaded = [...options.given, ...options.files].filter(({ name }) => loading.includes(name));
	const known = part === "source" ? /semisync_(source|master)/ : /semisync_(replica|slave)/;
	if (!loose || loaded.some(({ value }) => known.test(value))) return [];
	return [
		{
			option: "plugin_load_add",
			wanted: `semisync_${part}.so`,
			holds: () => false,
			or: `loose_rpl_semi_sync_${part}_enabled is overlooked where nothing loads the plugin`,
		},
	];
}

/** MySQL's own limit, 4294967295 ms: 49 days. */
const endless = "4294967295";

export const losslessSemiSync = optionRule({
	name: "lossless-semi-sync",
	family: "replication",
	what: "Semi-synchronous replication never turns into asynchronous replication, and shows no write before another server has it.",
	why: {
		reason:
			"After the timeout (10 s if nobody says) a primary goes on without acknowledgements, and only its log says so: what it takes from then on is lost with it. With AFTER_COMMIT others have read a write that is then lost.",
		source: "https://dev.mysql.com/doc/refman/8.4/en/replication-semisync.html",
	},
	fix: `Set rpl_semi_sync_source_timeout = ${endless}, rpl_semi_sync_source_wait_point = AFTER_SYNC and rpl_semi_sync_source_wait_no_replica = ON.`,
	severity: "critical",
	config: {
		leastTimeoutMs: {
			type: "integer",
			minimum: 1,
			default: 86_400_000,
			description: "Milliseconds for which a primary waits at least: a day, in which somebody looks.",
		},
	},
	demands({ leastTimeoutMs }, _server, options) {
		if (isGroupMember(options)) return [];
		return [
			{
				option: "rpl_semi_sync_source_timeout",
				wanted: endless,
				holds: (value) => Number(value) >= leastTimeoutMs,
				unset: "10000",
				or: "after it the primary goes on without acknowledgements",
			},
			oneOf("rpl_semi_sync_source_wait_point", ["AFTER_SYNC"], "others read what may be lost yet", {
				unset: "AFTER_SYNC",
				unsetMariadb: "AFTER_COMMIT",
			}),
			on("rpl_semi_sync_source_wait_no_replica", "without replicas the primary would not wait", { unset: "ON" }),
			{
				option: "rpl_semi_sync_source_wait_for_replica_count",
				wanted: "1",
				holds: (value) => Number(value) >= 1,
				unset: "1",
				or: "one acknowledgement is the least",
			},
		];
	},
});

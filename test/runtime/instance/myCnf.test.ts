import { describe, expect, test } from "@jest/globals";
import { leastSpool } from "../../../objectives/archiveRoom.ts";
import { memoryShares } from "../../../runtime/instance/memory.ts";
import { myCnf } from "../../../runtime/instance/myCnf.ts";
import { podPaths } from "../../../runtime/instance/place.ts";

const place = {
	pod: "mysql-2",
	namespace: "shop",
	address: "10.64.2.7",
	port: 3306,
	adminPort: 33062,
	paths: podPaths,
};
const profile = {
	host: "mysql-2.mysql.shop.svc.cluster.local",
	memory: memoryShares(2 ** 30),
	acks: 1,
	netTimeoutSeconds: 2,
	applierWorkers: 4,
	archived: true,
};
const lines = myCnf(place, profile)
	.split("\n")
	.filter((line) => / = /.test(line) && !line.startsWith("#"));
const options = new Map(lines.map((line) => line.split(" = ", 2) as [string, string]));

describe("my.cnf", () => {
	test.each([1, 8, 64])("has binary logs of which the archiver's spool holds three, with %d GiB of memory", (gib) => {
		const large = myCnf(place, { ...profile, memory: memoryShares(gib * 2 ** 30) });
		const bytes = Number(/^max_binlog_size = (\d+)$/m.exec(large)?.[1]);
		expect(bytes).toBeGreaterThan(0);
		expect(3 * bytes).toBeLessThanOrEqual(leastSpool);
	});

	test.each([
		["server_id", "103"],
		["report_host", "mysql-2.mysql.shop.svc.cluster.local"],
		["admin_address", "10.64.2.7"],
		["datadir", "/var/lib/mysql-dr/data"],
		["gtid_mode", "ON"],
		["enforce_gtid_consistency", "ON"],
		["sync_binlog", "1"],
		["innodb_flush_log_at_trx_commit", "1"],
		["log_replica_updates", "ON"],
		["relay_log_recovery", "OFF"],
		["sync_relay_log", "1"],
		["binlog_transaction_compression", "ON"],
		["rpl_semi_sync_source_enabled", "OFF"],
		["rpl_semi_sync_replica_enabled", "ON"],
		["rpl_semi_sync_source_wait_point", "AFTER_SYNC"],
		["rpl_semi_sync_source_wait_no_replica", "ON"],
		["rpl_semi_sync_source_wait_for_replica_count", "1"],
		["super_read_only", "ON"],
		["skip_replica_start", "ON"],
		["persisted_globals_load", "OFF"],
		["require_secure_transport", "ON"],
		["replica_net_timeout", "2"],
		["replica_parallel_workers", "4"],
		["replica_preserve_commit_order", "ON"],
	])("sets %s to %s", (name, value) => {
		expect(options.get(name)).toBe(value);
	});

	test("lets binary logs go by themselves only where no archiver reads them", () => {
		expect(options.get("binlog_expire_logs_auto_purge")).toBe("OFF");
		const alone = myCnf(place, { ...profile, archived: false });
		expect(alone).toMatch(/^binlog_expire_logs_seconds = 172800$/m);
		expect(alone).not.toMatch(/auto_purge/);
	});

	test("waits for an acknowledgement for weeks rather than go on without", () => {
		expect(Number(options.get("rpl_semi_sync_source_timeout"))).toBeGreaterThan(30 * 86_400_000);
	});

	test("says nothing twice, but for the plugins", () => {
		const names = lines.map((line) => line.split(" = ")[0]).filter((name) => name !== "plugin_load_add");
		expect(new Set(names).size).toBe(names.length);
	});

	test("keeps the error log on stderr: a log_error line would make a file", () => {
		expect(options.has("log_error")).toBe(false);
	});

	test("holds no password", () => {
		expect(myCnf(place, profile)).not.toMatch(/password *=/i);
	});
});

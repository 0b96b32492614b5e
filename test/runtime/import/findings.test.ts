import { describe, expect, test } from "@jest/globals";
import { judge } from "../../../runtime/import/check.ts";
import { accepting, findingLines, isRefused } from "../../../runtime/import/finding.ts";
import { type Changes, compared, customer } from "./scene.ts";

const account = (user: string, plugin: string) => ({ user, host: "%", plugin, locked: false });
const view = (definer: string) => ({ schema: "app", name: "v", kind: "view" as const, definer });

/** Each kind: what is wrong with the servers, and the names and statements that must be said. */
const refusals: readonly (readonly [kind: string, changes: Changes, says: RegExp])[] = [
	["version", { variables: { version: "5.7.44-log" } }, /older than MySQL 8\.0/],
	["version", { variables: { version: "10.11.6-MariaDB-1" } }, /is not MySQL/],
	["version", { variables: { version: "26.1.0" } }, /newer than the target \(9\.7\.4\)/],
	["binary-log", { variables: { log_bin: "OFF" } }, /--log-bin/],
	["binary-log-format", { variables: { binlog_format: "MIXED" } }, /SET GLOBAL binlog_format = ROW;/],
	["binary-log-format", { variables: { binlog_row_image: "MINIMAL" } }, /SET GLOBAL binlog_row_image = FULL;/],
	["server-id", { variables: { server_id: "102" } }, /server_id = 102/],
	["lower-case-names", { variables: { lower_case_table_names: "1" } }, /: 1, on the target 0/],
	[
		"privileges",
		{ sourceFacts: { privileges: ["SELECT", "RELOAD"] } },
		/GRANT SHOW VIEW, TRIGGER, .* TO 'importer'@'%';/,
	],
	[
		"engine",
		{ source: { tables: [{ ...customer, engine: "MyISAM" }] } },
		/app\.customer \(MyISAM\)[\s\S]*ALTER TABLE `app`\.`customer` ENGINE = InnoDB;/,
	],
	["engine", { source: { tables: [{ ...customer, engine: "MEMORY", partitioned: true }] } }, /\(MEMORY, partitioned\)/],
	[
		"no-primary-key",
		{ source: { tables: [{ ...customer, hasPrimaryKey: false }] } },
		/ADD COLUMN `row_key` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY;/,
	],
	[
		"no-primary-key",
		{ source: { tables: [{ ...customer, hasPrimaryKey: false }] }, variables: { version: "8.0.22" } },
		/seen by SELECT \*[\s\S]*ADD COLUMN `row_key` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY;/,
	],
	[
		"no-primary-key",
		{ source: { tables: [{ ...customer, hasPrimaryKey: false, autoIncrement: "nr" }] } },
		/ADD PRIMARY KEY \(`nr`\);/,
	],
	["encrypted-tables", { source: { tables: [{ ...customer, options: "ENCRYPTION='Y'" }] } }, /ENCRYPTION = 'N';/],
	["tablespaces", { sourceFacts: { elsewhere: ["app.customer"] } }, /innodb_file_per_table/],
	[
		"foreign-keys",
		{ source: { foreignKeys: [{ name: "app.a (fk)", referenced: "other" }] } },
		/app\.a \(fk\) -> other/,
	],
	["collations", { source: { collations: ["utf8mb3_old_ci"] } }, /utf8mb3_old_ci/],
	["reserved-words", { source: { columnNames: ["Qualify", "select"] } }, /^ {4}Qualify$/m],
	["too-large", { targetFacts: { freeBytes: 1000 } }, /about 1Mi wanted/],
	["target-not-empty", { target: { tables: [customer] } }, /an import never overwrites/],
	["target-not-empty", { target: { programs: [view("app@%")] } }, /app\.v \(view\)/],
	[
		"account-passwords",
		{ source: { accounts: [account("shop", "mysql_native_password")] } },
		/shop@% \(mysql_native_password\)[\s\S]*ALTER USER 'shop'@'%' IDENTIFIED WITH caching_sha2_password BY/,
	],
	[
		"definers",
		{ source: { programs: [view("root@%")], accounts: [account("root", "caching_sha2_password")] } },
		/view app\.v \(root@%\)[\s\S]*CREATE USER 'root'@'%' IDENTIFIED BY RANDOM PASSWORD ACCOUNT LOCK;/,
	],
];

describe("what would not survive an import", () => {
	test("is nothing where all is well", () => {
		expect(judge(compared()).filter(({ weight }) => weight !== "noted")).toEqual([]);
	});

	test.each(refusals)("is refused by name and with a remedy: %s", (kind, changes, says) => {
		const findings = judge(compared(changes));
		const refused = findings.filter(({ weight }) => weight === "refused");
		expect(refused.map((one) => one.kind)).toEqual([kind]);
		expect(findingLines(refused).join("\n")).toMatch(says);
	});

	test("is told all at once", () => {
		const both = {
			variables: { log_bin: "OFF", server_id: "101" },
			source: { tables: [{ ...customer, engine: "CSV" }] },
		};
		expect(judge(compared(both)).filter(({ weight }) => weight === "refused")).toHaveLength(3);
	});

	test.each<readonly [string, Changes]>([
		[
			"cannot-close-source",
			{
				sourceFacts: {
					privileges: [
						"SELECT",
						"SHOW VIEW",
						"TRIGGER",
						"EVENT",
						"PROCESS",
						"RELOAD",
						"LOCK TABLES",
						"REPLICATION SLAVE",
						"REPLICATION CLIENT",
					],
				},
			},
		],
		["binary-log-expiry", { variables: { binlog_expire_logs_seconds: "3600" } }],
		["settings", { variables: { sql_mode: "" } }],
		["time-zones", { sourceFacts: { timeZones: 1800 } }],
		["unencrypted-clients", { sourceFacts: { unencrypted: ["shop@10.0.0.7"] } }],
		["long-statements", { sourceFacts: { longStatements: ["7 (shop, 90 s)"] } }],
		["accounts-kept", { source: { accounts: [account("app", "caching_sha2_password")] } }],
	])("is a warning where the import can begin all the same: %s", (kind, changes) => {
		const findings = judge(compared(changes));
		expect(isRefused(findings)).toBe(false);
		expect(findings.filter(({ weight }) => weight === "warned").map((one) => one.kind)).toEqual([kind]);
	});

	test("does not speak of accounts' passwords where they are left behind, but of objects that nobody would own", () => {
		const accounts = [account("shop", "mysql_native_password")];
		const left = judge(compared({ withAccounts: false, source: { accounts } }));
		expect(isRefused(left)).toBe(false);
		const orphaned = judge(compared({ withAccounts: false, source: { accounts, programs: [view("shop@%")] } }));
		expect(orphaned.filter(({ weight }) => weight === "refused").map(({ kind }) => kind)).toEqual(["definers"]);
	});

	test("can be accepted where it is the application's matter, and only there", () => {
		const findings = judge(compared({ variables: { lower_case_table_names: "1", log_bin: "OFF" } }));
		const accepted = accepting(findings, ["lower-case-names"]);
		expect(accepted.filter(({ weight }) => weight === "refused").map(({ kind }) => kind)).toEqual(["binary-log"]);
		expect(() => accepting(findings, ["binary-log"])).toThrow(/--accept: "binary-log" cannot be accepted/);
	});
});

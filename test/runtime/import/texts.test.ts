/** What servers print, as statements for the target. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ranges } from "../../../runtime/import/digest.ts";
import { asleep } from "../../../runtime/import/events.ts";
import { globalPrivileges } from "../../../runtime/import/facts.ts";
import { carriedGrants, defaultRoles, lockedAccount, withHexPassword } from "../../../runtime/import/grants.ts";
import { positionInDump } from "../../../runtime/import/position.ts";
import { differentLines } from "../../../runtime/import/shape.ts";
import { hasInvisibleColumns, parseVersion, speaksOfSources } from "../../../runtime/import/version.ts";

describe("grants", () => {
	const who = "TO `shop`@`%`";

	test("on everything become grants on the imported schemas, without what rules the server", () => {
		expect(
			carriedGrants([`GRANT SELECT, INSERT, SUPER, PROCESS ON *.* ${who} WITH GRANT OPTION`], ["a_b", "c"]),
		).toEqual({
			statements: [`GRANT SELECT, INSERT ON \`a\\_b\`.* ${who}`, `GRANT SELECT, INSERT ON \`c\`.* ${who}`],
			leftOut: [`GRANT SELECT, INSERT, SUPER, PROCESS ON *.* ${who} WITH GRANT OPTION`],
		});
		const dynamic = `GRANT SET_USER_ID,SYSTEM_USER ON *.* ${who}`;
		expect(carriedGrants([dynamic], ["c"])).toEqual({ statements: [], leftOut: [dynamic] });
	});

	test.each([
		`GRANT ALL PRIVILEGES ON \`a\\_b\`.* ${who}`,
		`GRANT SELECT (\`x\`), UPDATE ON \`a_b\`.\`t\` ${who} WITH GRANT OPTION`,
		`GRANT EXECUTE ON PROCEDURE \`a_b\`.\`p\` ${who}`,
		`GRANT \`reader\`@\`%\` ${who}`,
	])("within an imported schema, and roles, are taken over as they are: %s", (line) => {
		expect(carriedGrants([line], ["a_b"])).toEqual({ statements: [line], leftOut: [] });
	});

	test.each([
		`GRANT ALL PRIVILEGES ON \`mysql\`.* ${who}`,
		`GRANT ALL PRIVILEGES ON \`a%\`.* ${who}`,
		`GRANT PROXY ON \`\`@\`\` ${who}`,
		`REVOKE INSERT ON \`a_b\`.* FROM \`shop\`@\`%\``,
	])("elsewhere, and what is not known, are left out and told: %s", (line) => {
		expect(carriedGrants([line], ["a_b"])).toEqual({ statements: [], leftOut: [line] });
	});

	test("USAGE says nothing", () => {
		expect(carriedGrants([`GRANT USAGE ON *.* ${who}`], ["a"])).toEqual({ statements: [], leftOut: [] });
	});

	test("of the source's account are read from static and dynamic lines", () => {
		const lines = [
			"GRANT SELECT, RELOAD ON *.* TO `i`@`%`",
			"GRANT SYSTEM_VARIABLES_ADMIN,BACKUP_ADMIN ON *.* TO `i`@`%`",
			"GRANT INSERT ON `a`.* TO `i`@`%`",
		];
		expect(globalPrivileges(lines)).toEqual(["SELECT", "RELOAD", "SYSTEM_VARIABLES_ADMIN", "BACKUP_ADMIN"]);
	});
});

describe("accounts", () => {
	/** The form of 8.0 and later (MySQL manual, "SHOW CREATE USER Statement"). */
	const shown =
		"CREATE USER `shop`@`%` IDENTIFIED WITH 'caching_sha2_password' AS 0x244124 DEFAULT ROLE `reader`@`%`,`writer`@`%` REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT";

	test("come locked, without roles that may not be there yet", () => {
		expect(lockedAccount(shown)).toBe(
			"CREATE USER IF NOT EXISTS `shop`@`%` IDENTIFIED WITH 'caching_sha2_password' AS 0x244124 REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT LOCK PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT",
		);
		expect(defaultRoles(shown)).toBe("ALTER USER `shop`@`%` DEFAULT ROLE `reader`@`%`,`writer`@`%`");
		expect(defaultRoles(shown.replace(/DEFAULT ROLE .* REQUIRE NONE/, "REQUIRE NONE"))).toBeNull();
	});

	const rest = "PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK";
	const [salted, hex] = ["$A$005$\\n' REQUIRE\x01\n~]a(L", "2441243030352400"];

	// As 8.0.15 printed them.
	test.each([
		[
			`'shop'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '${salted}' DEFAULT ROLE \`reader\`@\`%\` REQUIRE NONE ${rest}`,
			hex,
		],
		[`'shop'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '${salted}' REQUIRE SSL ${rest}`, hex],
		[`'shop'@'%' IDENTIFIED WITH 'caching_sha2_password' REQUIRE NONE ${rest}`, ""],
	])("are what later servers print: CREATE USER %s", (printed, password) => {
		const later = printed.replace("'shop'@'%'", "`shop`@`%`").replace(`'${salted}'`, `0x${hex}`);
		expect(withHexPassword(`CREATE USER ${printed}`, { user: "shop", host: "%" }, password)).toBe(
			`CREATE USER ${later}`,
		);
	});
});

describe("events", () => {
	test.each([
		["ENABLE", "ON COMPLETION NOT PRESERVE ENABLE COMMENT 'ON COMPLETION PRESERVE ENABLE ' DO SELECT 1"],
		["DISABLE", "ON COMPLETION PRESERVE DISABLE DO SELECT 1"],
		["DISABLE ON SLAVE", "ON COMPLETION NOT PRESERVE DISABLE ON SLAVE DO SELECT 1"],
	])("come disabled, whatever they were and say: %s", (status, rest) => {
		const statement = `CREATE DEFINER=\`a\`@\`%\` EVENT \`e\` ON SCHEDULE EVERY 1 DAY ${rest}`;
		expect(asleep(statement)).toBe(statement.replace(`PRESERVE ${status} `, "PRESERVE DISABLE ON REPLICA "));
	});
});

describe("a dump", () => {
	test.each([
		["-- CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='binlog.000007', SOURCE_LOG_POS=157;"],
		["-- CHANGE MASTER TO MASTER_LOG_FILE='binlog.000007', MASTER_LOG_POS=157;"],
	])("says where it was taken: %s", (line) => {
		expect(positionInDump(`-- MySQL dump\n--\n\n${line}\n\n`)).toEqual({ file: "binlog.000007", offset: 157 });
		expect(positionInDump(line.slice(0, -3))).toBeNull();
	});
});

test("a server that knows the words of before 8.2 is asked in them", () => {
	const versions = ["8.0.36-28", "8.1.0", "8.4.3", "9.7.4"].map((text) => speaksOfSources(parseVersion(text)));
	expect(versions).toEqual([false, false, true, true]);
});

test("columns can be invisible since 8.0.23", () => {
	const versions = ["8.0.22", "8.0.23", "8.1.0", "9.7.4", "7.9.30"].map((text) =>
		hasInvisibleColumns(parseVersion(text)),
	);
	expect(versions).toEqual([false, true, true, true, false]);
});

test("what one shape has and the other has not is named", () => {
	expect(differentLines(["a", "b"], ["b", "c"])).toEqual(["missing on the target: a", "only on the target: c"]);
});

test("the pieces of a table cover each key once", () => {
	fc.assert(
		fc.property(
			fc.bigInt(-1000n, 1000n),
			fc.bigInt(0n, 2000n),
			fc.integer({ min: 1, max: 50 }),
			(low, width, pieces) => {
				const high = low + width;
				const found = ranges(low, high, pieces);
				expect(found[0]?.low).toBe(low);
				expect(found.at(-1)?.high).toBe(high + 1n);
				for (const [n, range] of found.entries()) {
					expect(range.low < range.high).toBe(true);
					if (n > 0) expect(range.low).toBe(found[n - 1]?.high);
				}
				expect(found.length).toBeLessThanOrEqual(pieces);
			},
		),
	);
});

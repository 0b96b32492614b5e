import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { accountNames, type Passwords } from "../../../runtime/credentials/accounts.ts";
import { accountsSql } from "../../../runtime/instance/accountsSql.ts";

const passwords = Object.fromEntries(accountNames.map((name) => [name, `${name}-secret`])) as Passwords;
const sql = accountsSql(passwords, ["app_1"]);
const statements = sql.trimEnd().split("\n");

describe("accountsSql", () => {
	test("leaves the binary log alone before anything else", () => {
		expect(statements[0]).toBe("SET SESSION sql_log_bin = 0;");
	});

	test("gives every account its own password", () => {
		for (const name of accountNames) {
			const [statement] = statements.filter((line) => /^(CREATE|ALTER) USER/.test(line) && line.includes(`'${name}'@`));
			expect(statement).toContain(`BY '${name}-secret'`);
		}
	});

	test("every account of the network must encrypt", () => {
		const remote = statements.filter((line) => line.startsWith("CREATE USER") && line.includes("@'%'"));
		expect(remote.map((line) => / '?(\w+)'?@/.exec(line)?.[1])).toEqual([
			"watchdog",
			"replication",
			"clone",
			"monitor",
			"archive",
			"backup",
			"app",
			"drill",
		]);
		for (const line of remote) expect(line).toMatch(/ REQUIRE SSL;$/);
	});

	test("root stays local", () => {
		expect(statements.filter((line) => line.includes("'root'"))).toEqual([
			"ALTER USER 'root'@'localhost' IDENTIFIED WITH caching_sha2_password BY 'root-secret';",
		]);
	});

	test("the application gets its schema and nothing else", () => {
		expect(statements.filter((line) => line.startsWith("GRANT") && line.includes("'app'@"))).toEqual([
			"GRANT ALL PRIVILEGES ON `app\\_1`.* TO 'app'@'%';",
		]);
	});

	test("drills get their schema and nothing else", () => {
		expect(statements.filter((line) => line.startsWith("GRANT") && line.includes("'drill'@"))).toEqual([
			"GRANT ALL PRIVILEGES ON `mysql\\_dr\\_drill`.* TO 'drill'@'%';",
		]);
	});

	test("makes no schema: that is a transaction, made once on the primary", () => {
		expect(sql).not.toMatch(/CREATE (DATABASE|SCHEMA|TABLE)/);
	});

	test("a password can change no statement but its own literal", () => {
		const text = fc.string({ unit: fc.constantFrom("'", "\\", ";", "\n", "\r", "x", " ", "-") });
		fc.assert(
			fc.property(text, (password) => {
				const lines = accountsSql({ ...passwords, app: password }, ["app_1"])
					.trimEnd()
					.split("\n");
				const changed = lines.filter((line, n) => line !== statements[n]);
				expect(lines).toHaveLength(statements.length);
				expect(changed).toHaveLength(1);
				expect(changed[0]).toMatch(/^CREATE USER 'app'@'%' .* REQUIRE SSL;$/);
			}),
		);
	});
});

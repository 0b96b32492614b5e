import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { ordinal, socket } from "../../../runtime/instance/place.ts";
import { instance } from "../../../runtime/mysql/instance.ts";
import type { Session } from "../../../runtime/mysql/session.ts";
import {
	asRoot,
	at,
	down,
	follow,
	hasMysqld,
	instances,
	link,
	passwords,
	patience,
	session,
	sql,
	until,
	up,
	value,
} from "./preparedInstances.ts";

jest.setTimeout(patience);

const suite = hasMysqld() ? describe : describe.skip;

suite("prepared instances on a real mysqld", () => {
	beforeAll(up, 2 * patience);
	afterAll(down, patience);

	test("start read-only, without a transaction, and ask for no acknowledgement", async () => {
		for (const running of instances) {
			const [row] = await sql(
				running,
				"watchdog",
				`SELECT @@server_id AS id, @@GLOBAL.gtid_executed AS gtids, @@GLOBAL.super_read_only AS readOnly,
				 @@GLOBAL.rpl_semi_sync_source_enabled AS acks, @@GLOBAL.gtid_mode AS mode, @@GLOBAL.binlog_format AS format`,
			);
			expect(row).toEqual({
				id: String(101 + ordinal(running.place.pod)),
				gtids: "",
				readOnly: "1",
				acks: "0",
				mode: "ON",
				format: "ROW",
			});
		}
	});

	test.each([
		"SHOW BINARY LOG STATUS",
		"SHOW BINARY LOGS",
		"SHOW REPLICAS",
		"SHOW REPLICA STATUS",
		"SHOW PROCESSLIST",
		"SELECT * FROM mysql.gtid_executed",
		"SELECT * FROM performance_schema.clone_status",
		"SELECT trx_id FROM information_schema.innodb_trx",
		"SELECT DISTINCT SUBSTRING_INDEX(NAME, '/', 1) AS name FROM information_schema.INNODB_TABLES",
		"SET GLOBAL offline_mode = ON; SET GLOBAL offline_mode = OFF",
		"SET GLOBAL rpl_semi_sync_source_enabled = ON; SET GLOBAL rpl_semi_sync_source_enabled = OFF",
		"SET GLOBAL super_read_only = OFF; SET GLOBAL super_read_only = ON",
		"SET GLOBAL clone_valid_donor_list = 'mysql-1.mysql:3306'",
		"STOP REPLICA; RESET REPLICA ALL",
		"ALTER INSTANCE RELOAD TLS; ALTER INSTANCE RELOAD TLS FOR CHANNEL mysql_admin",
		"LOCK INSTANCE FOR BACKUP; UNLOCK INSTANCE",
		"PURGE BINARY LOGS BEFORE '2000-01-01'",
	])("the watchdog may: %s", async (statement) => {
		await expect(sql(at(0), "watchdog", statement)).resolves.toBeDefined();
	});

	test.each(["SELECT * FROM mysql.user", "CREATE USER somebody"])("the watchdog may not: %s", async (statement) => {
		await expect(sql(at(0), "watchdog", statement)).rejects.toThrow(/denied/);
	});

	test("nobody logs in unencrypted", async () => {
		const { createConnection } = await import("mysql2/promise");
		const login = createConnection({
			host: "127.0.0.1",
			port: at(0).place.port,
			user: "app",
			password: passwords.app ?? "",
		});
		await expect(login).rejects.toThrow(/Access denied|insecure transport/);
	});

	test("a server that carries another name is refused", async () => {
		const elsewhere = { ...at(0), place: { ...at(0).place, pod: "mysql-7" } };
		await expect(session(elsewhere, "app")).rejects.toThrow(/altnames|host/i);
	});

	test("probe.cnf logs the probe in without a password as an argument", async () => {
		const { createConnection } = await import("mysql2/promise");
		const text = await readFile(`${at(0).place.paths.run}/probe.cnf`, "utf8");
		const password = /^password = "(.*)"$/m.exec(text)?.[1] ?? "";
		const connection = await createConnection({ socketPath: socket(at(0).place.paths), user: "monitor", password });
		await expect(connection.query("SELECT COUNT(*) FROM performance_schema.processlist")).resolves.toBeDefined();
		await connection.end();
	});

	test("a receiver refuses a source that carries another name", async () => {
		await sql(at(1), "watchdog", follow(at(0), "127.0.0.2", at(0).place.port));
		await until("it says so", async () => {
			const [status] = await sql(at(1), "watchdog", "SHOW REPLICA STATUS");
			return /certificate|SSL/i.test(String(status?.Last_IO_Error));
		});
		await sql(at(1), "watchdog", "STOP REPLICA; RESET REPLICA ALL");
	});

	test("a commit is acknowledged by a replica that keeps no password", async () => {
		await sql(at(1), "watchdog", follow(at(0)));
		await sql(
			at(0),
			"watchdog",
			"SET GLOBAL rpl_semi_sync_source_enabled = ON; SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF",
		);
		await sql(at(0), "watchdog", "CREATE DATABASE app");
		await sql(at(0), "app", "CREATE TABLE app.t (id INT PRIMARY KEY); INSERT INTO app.t VALUES (1)");
		const [acknowledged] = await sql(at(0), "watchdog", "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_source_yes_tx'");
		expect(Number(acknowledged?.Value)).toBe(3);
		const executed = await value(at(0), "@@GLOBAL.gtid_executed");
		await until("the replica has it", async () => (await value(at(1), "@@GLOBAL.gtid_executed")) === executed);
		expect(String((await asRoot(at(1), "SELECT User_password AS p FROM mysql.slave_master_info"))?.p)).toBe("");
		expect(executed).toBe(`${await value(at(0), "@@server_uuid")}:1-3`);
	});

	test("the watchdog sees which transactions are open, and that a commit moves the binary log", async () => {
		const [own, client] = await Promise.all([session(at(0), "watchdog"), session(at(0), "app")]);
		try {
			const primary = instance(own, link);
			const before = await primary.read(5000);
			await client.run("BEGIN; INSERT INTO app.t VALUES (100)", 5000);
			expect((await primary.openTransactions(5000)).size).toBe(1);
			await client.run("COMMIT", 5000);
			// The table is a copy that is made anew only after 100 ms in which nobody looked.
			for (let left = 1; left > 0; left = (await primary.openTransactions(5000)).size) await setTimeout(200);
			const after = await primary.read(5000);
			expect(after.binlogBytes).toBeGreaterThan(before.binlogBytes);
			expect(after).toMatchObject({ committing: 0, waitingCommits: 0 });
		} finally {
			own.close();
			client.close();
		}
	});

	test("a primary that shuts its clients out goes on requiring acknowledgements, and the fence ends that", async () => {
		const [own, client] = await Promise.all([session(at(0), "watchdog"), session(at(0), "app")]);
		try {
			const primary = instance(own, link);
			await primary.shutOut(5000);
			await expect(client.run("SELECT 1", 5000)).rejects.toThrow();
			await expect(session(at(0), "app")).rejects.toThrow(/offline/);
			expect(await primary.read(5000)).toMatchObject({ acksRequired: true, superReadOnly: false });
			await primary.fence(5000);
			await expect(sql(at(0), "app", "SELECT 1")).resolves.toBeDefined();
			await primary.acceptWrites(5000);
		} finally {
			own.close();
			client.close();
		}
	});

	test("opening a primary ends what leaders before have open there, waits for no commit of theirs, and spares probes", async () => {
		await sql(at(1), "watchdog", "STOP REPLICA");
		const [own, before, stuck, probing] = await Promise.all([
			session(at(0), "watchdog"),
			session(at(0), "watchdog"),
			session(at(0), "watchdog"),
			session(at(0), "watchdog", "probe"),
		]);
		const waits = stuck.run("CREATE DATABASE IF NOT EXISTS app", 20_000).catch((error: Error) => error);
		await until("it waits", async () => (await instance(own, link).read(5000)).waitingCommits === 1);
		try {
			await instance(own, link).promote(5000);
			await expect(before.run("SET GLOBAL rpl_semi_sync_source_enabled = OFF", 5000)).rejects.toThrow();
			expect(await instance(probing, link).read(5000)).toMatchObject({ acksRequired: true, superReadOnly: false });
		} finally {
			await sql(at(1), "watchdog", follow(at(0)));
			await waits;
			const waiting = async () => (await instance(probing, link).read(5000)).waitingCommits;
			await until("what waited was acknowledged", async () => (await waiting()) === 0);
			for (const one of [own, before, stuck, probing]) one.close();
		}
	});

	test("a receiver gets in although clients have taken every connection", async () => {
		await sql(at(1), "watchdog", "STOP REPLICA");
		const most = Number(await value(at(0), "@@GLOBAL.max_connections"));
		await sql(at(0), "watchdog", "SET GLOBAL max_connections = 10");
		const clients: Session[] = [];
		const come = async () => {
			for (;;) clients.push(await session(at(0), "app"));
		};
		try {
			await expect(come()).rejects.toMatchObject({ errno: 1040 });
			await sql(at(1), "watchdog", follow(at(0)));
			await until("it is connected", async () => {
				const [row] = await sql(at(0), "watchdog", "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_source_clients'");
				return Number(row?.Value) === 1;
			});
		} finally {
			for (const client of clients) client.close();
			await sql(at(0), "watchdog", `SET GLOBAL max_connections = ${most}`);
		}
	});

	test("MyISAM and MEMORY tables, which no failover can keep, are refused", async () => {
		for (const engine of ["MyISAM", "MEMORY"]) {
			await expect(sql(at(0), "app", `CREATE TABLE app.u (id INT) ENGINE = ${engine}`)).rejects.toThrow(/disabled/i);
		}
	});

	test("a commit without acknowledgement waits; ending its session disconnects, and the fence holds", async () => {
		await sql(at(1), "watchdog", "STOP REPLICA IO_THREAD");
		const client = sql(at(0), "app", "INSERT INTO app.t VALUES (2)").catch((error: Error) => error.message);
		await until("it waits", async () => {
			const [row] = await sql(at(0), "watchdog", "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_source_wait_sessions'");
			return Number(row?.Value) === 1;
		});
		await sql(
			at(0),
			"watchdog",
			"SET GLOBAL offline_mode = ON; SET GLOBAL rpl_semi_sync_source_enabled = OFF; SET GLOBAL super_read_only = ON; SET GLOBAL offline_mode = OFF",
		);
		expect(await client).toMatch(/closed|lost|ECONNRESET/i);
		expect(await value(at(0), "@@GLOBAL.super_read_only")).toBe("1");
	});

	test(
		"an instance with an errant transaction is cloned anew, and its own settings still hold",
		async () => {
			const executed = (n: number) => value(at(n), "@@GLOBAL.gtid_executed");
			// Its session is gone before its commit is through.
			await until(
				"what the fence let through is on mysql-0 alone",
				async () => (await executed(0)) !== (await executed(1)),
			);
			const { adminPort: port } = at(1).place;
			const uptime = "(SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Uptime')";
			// Seconds since 1970. Twice rounded: the same start may read as one second more or less.
			const started = async () => Number(await value(at(0), `UNIX_TIMESTAMP() - ${uptime}`));
			const before = await started();
			const uuid = await value(at(0), "@@server_uuid");
			await sql(
				at(0),
				"watchdog",
				`SET GLOBAL super_read_only = OFF; SET GLOBAL clone_valid_donor_list = '127.0.0.1:${port}';
			 CLONE INSTANCE FROM 'clone'@'127.0.0.1':${port} IDENTIFIED BY '${passwords.clone}' REQUIRE SSL`,
			);
			// start.sh brings it back: the container lives on, and no kubelet makes it wait.
			await until("mysqld was started again", async () => (await started()) > before + 1);
			expect(at(0).process.exitCode).toBeNull();
			expect(await value(at(0), "@@GLOBAL.gtid_executed")).toBe(await value(at(1), "@@GLOBAL.gtid_executed"));
			expect(await value(at(0), "CONCAT(@@server_id, @@GLOBAL.super_read_only, @@GLOBAL.skip_replica_start)")).toBe(
				"10111",
			);
			expect(await value(at(0), "(SELECT STATE FROM performance_schema.clone_status)")).toBe("Completed");
			// What went with its old data had GTIDs under its old name, which are never given again.
			expect(await value(at(0), "@@server_uuid")).not.toBe(uuid);
		},
		2 * patience,
	);

	test(
		"SIGTERM ends mysqld cleanly",
		async () => {
			const ended = once(at(1).process, "exit");
			at(1).process.kill("SIGTERM");
			expect(await ended).toEqual([0, null]);
		},
		patience,
	);
});

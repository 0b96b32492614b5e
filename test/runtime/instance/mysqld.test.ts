/**
 * The prepared files against a real mysqld: found in the PATH, or `MYSQL_DR_MYSQLD_PATH` names the folder that
 * mysqld lies in. Without one there is nothing to test, and the suite says so.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { makeServerCertificate } from "../../../runtime/credentials/certificates.ts";
import { ensureCredentials } from "../../../runtime/credentials/ensureCredentials.ts";
import { serverNames } from "../../../runtime/credentials/serverNames.ts";
import { ordinal, type Place, socket } from "../../../runtime/instance/place.ts";
import { prepare } from "../../../runtime/instance/prepare.ts";
import { instance } from "../../../runtime/mysql/instance.ts";
import { openSession, type Session } from "../../../runtime/mysql/session.ts";
import { type MemorySecrets, memorySecrets } from "../credentials/memorySecrets.ts";
import { settingsOf } from "./settingsOf.ts";

const path = [process.env.MYSQL_DR_MYSQLD_PATH, process.env.PATH, "/usr/sbin"].filter(Boolean).join(":");
/** mysqld refuses to run as root. */
const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const patience = 60_000;
jest.setTimeout(patience);

function hasMysqld(): boolean {
	try {
		execFileSync("sh", ["-c", "command -v mysqld"], { env: { PATH: path }, stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

/** Nobody follows by it here. */
const link = { user: "replication", password: "", port: 33062, caFile: "", heartbeatMs: 500, connectRetryMs: 1000 };

interface Running {
	readonly place: Place;
	process: ChildProcess;
}

let root: string;
let ca: string;
let passwords: Record<string, string>;
const instances: Running[] = [];

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return typeof address === "object" && address !== null ? address.port : 0;
}

async function folder(name: string): Promise<string> {
	await mkdir(name, { recursive: true });
	if (account.uid !== undefined) await chown(name, account.uid, account.gid);
	return name;
}

async function placeOf(pod: string): Promise<Place> {
	const base = await folder(`${root}/${pod}`);
	return {
		pod,
		namespace: "mysql",
		address: "127.0.0.1",
		port: await freePort(),
		adminPort: await freePort(),
		paths: {
			run: await folder(`${base}/run`),
			volume: await folder(`${base}/volume`),
			temporary: await folder(`${base}/tmp`),
			settings: `${root}/settings.json`,
			credentials: `${root}/credentials`,
			tls: `${root}/tls`,
		},
	};
}

/** As the kubelet does it: prepare (as the user of the pod), initialise, start. */
async function launch(pod: string): Promise<Running> {
	const place = await placeOf(pod);
	await prepare(place);
	for (const name of ["my.cnf", "initialise.sql", "probe.cnf"]) {
		if (account.uid !== undefined) await chown(`${place.paths.run}/${name}`, account.uid, account.gid);
	}
	await succeeds(script(place, "initialise.sh"));
	return { place, process: script(place, "start.sh") };
}

function script(place: Place, name: string): ChildProcess {
	return spawn("sh", [`${place.paths.run}/${name}`], { ...account, env: { PATH: path }, stdio: "ignore" });
}

async function succeeds(child: ChildProcess): Promise<void> {
	const [code] = await once(child, "exit");
	if (code !== 0) throw new Error(`exit ${code}`);
}

/** Over the admin interface for the watchdog, the common one for everybody else; the name is verified. */
async function session(at: Running, user: string): Promise<Session> {
	const { pod, port, adminPort } = at.place;
	const identity = `${pod}.mysql.mysql.svc.cluster.local`;
	const target = { name: pod, address: "127.0.0.1", port: user === "watchdog" ? adminPort : port, identity };
	return openSession(target, { user, password: passwords[user] ?? "", ca }, 5000);
}

async function sql(at: Running, user: string, statement: string) {
	const open = await session(at, user);
	try {
		const [rows = []] = await open.run(statement, 20_000);
		return rows;
	} finally {
		open.close();
	}
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
	for (const end = Date.now() + patience; Date.now() < end; ) {
		if (await holds().catch(() => false)) return;
		await setTimeout(50);
	}
	throw new Error(`not within ${patience} ms: ${what}`);
}

/** As root, over the socket. */
async function asRoot({ place }: Running, statement: string) {
	const { createConnection } = await import("mysql2/promise");
	const connection = await createConnection({
		socketPath: socket(place.paths),
		user: "root",
		password: passwords.root ?? "",
	});
	const [rows] = await connection.query(statement);
	await connection.end();
	return (rows as Record<string, unknown>[])[0];
}

const ready = (at: Running) =>
	until(`${at.place.pod} answers`, async () => (await sql(at, "watchdog", "SELECT 1")).length === 1);

const value = async (at: Running, expression: string) =>
	(await sql(at, "watchdog", `SELECT ${expression} AS value`))[0]?.value;

const follow = (
	{ place }: Running,
	host = "127.0.0.1",
	port = place.adminPort,
) => `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}',
 SOURCE_PORT = ${port}, SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_SSL_CA = '${root}/tls/ca.crt',
 SOURCE_SSL_VERIFY_SERVER_CERT = 1, SOURCE_HEARTBEAT_PERIOD = 0.5, SOURCE_CONNECT_RETRY = 1;
 START REPLICA IO_THREAD USER = 'replication' PASSWORD = '${passwords.replication}'; START REPLICA SQL_THREAD`;

/** Replication between the instances of this test dials an address, which the certificate must carry too. */
async function addLoopback({ secrets }: MemorySecrets): Promise<void> {
	const kept = secrets.get("mysql-ca")?.data ?? {};
	const authority = { certificate: kept["ca.crt"] ?? "", key: kept["ca.key"] ?? "" };
	const hosts = serverNames({ namespace: "mysql", clusterDomain: "cluster.local" }, 3);
	const server = await makeServerCertificate(authority, [...hosts, "127.0.0.1"], new Date());
	const data = { "ca.crt": authority.certificate, "tls.crt": server.certificate, "tls.key": server.key };
	secrets.set("mysql-tls", { data, resourceVersion: "1" });
}

const suite = hasMysqld() ? describe : describe.skip;

suite("prepared instances on a real mysqld", () => {
	beforeAll(async () => {
		root = await mkdtemp(join(tmpdir(), "mysqld-"));
		await folder(root);
		const settings = settingsOf({});
		await writeFile(`${root}/settings.json`, JSON.stringify(settings));
		const store = memorySecrets();
		({ passwords, ca } = await ensureCredentials(store, settings));
		await addLoopback(store);
		for (const [name, to] of [
			["mysql-credentials", "credentials"],
			["mysql-tls", "tls"],
		] as const) {
			await folder(`${root}/${to}`);
			for (const [key, text] of Object.entries(store.secrets.get(name)?.data ?? {})) {
				await writeFile(`${root}/${to}/${key}`, text, { mode: 0o644 });
			}
		}
		instances.push(...(await Promise.all(["mysql-0", "mysql-1"].map(launch))));
		await Promise.all(instances.map(ready));
	}, 2 * patience);

	afterAll(async () => {
		await Promise.all(
			instances.map(async ({ process }) => {
				if (process.exitCode !== null || process.signalCode !== null) return;
				const ended = once(process, "exit");
				process.kill("SIGTERM");
				await ended;
			}),
		);
		await rm(root, { recursive: true, force: true });
	}, patience);

	const at = (n: number) => instances[n] as Running;

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
			// What the fence let through on mysql-0 is on no other instance.
			expect(await value(at(0), "@@GLOBAL.gtid_executed")).not.toBe(await value(at(1), "@@GLOBAL.gtid_executed"));
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

/** What becomes of a restored copy: waiting, served, brought back in part, compared with a replica. All on real servers. */
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { backupGrants } from "../../../runtime/backup/grants.ts";
import { type JobLine, jobLine } from "../../../runtime/commands/jobLine.ts";
import { accountNames, type Passwords } from "../../../runtime/credentials/accounts.ts";
import { makeAuthority, makeServerCertificate } from "../../../runtime/credentials/certificates.ts";
import { openSession, type Session } from "../../../runtime/mysql/session.ts";
import { openSocketSession } from "../../../runtime/mysql/socketSession.ts";
import { checkAbsent, loader, loadTables } from "../../../runtime/restore/loadTables.ts";
import { onlyTables } from "../../../runtime/restore/onlyTables.ts";
import { type Restored, type RestoreWork, restore } from "../../../runtime/restore/restore.ts";
import { askCopy, type Control } from "../../../runtime/restore/restoreControl.ts";
import { parseTarget } from "../../../runtime/restore/target.ts";
import { validate } from "../../../runtime/restore/validation.ts";
import { storeReport, validationReport } from "../../../runtime/restore/validationEvidence.ts";
import { awaitStop } from "../../../runtime/restore/waitingCopy.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { freePort, RealMysqld, until } from "../realMysqld.ts";
import { temporary } from "../temporary.ts";
import type { MemoryStore } from "./memoryStore.ts";
import { cluster, keys, RestoreScene, serverSettings, type Written } from "./restoreScene.ts";

jest.setTimeout(600_000);
const suite = hasPrograms("mysqld", "mysql", "mysqlbinlog", "mysqldump", "restic") ? describe : describe.skip;

const present = Object.fromEntries(accountNames.map((name) => [name, `today's ${name}`])) as Passwords;
/** One of each kind whose text or bytes could be taken for another's. */
const odd = `CREATE TABLE app.odd (id INT PRIMARY KEY, j JSON, l VARCHAR(20) CHARACTER SET latin1, b BIT(9), d DOUBLE,
 e ENUM('x', 'y'), p POINT, n VARBINARY(8), g INT AS (id * 2), t DATETIME(6), INDEX (l));
INSERT INTO app.odd (id, j, l, b, d, e, p, n, t) VALUES
 (1, '{"a": [1, null]}', 'grün', b'101', 0.1, 'y', POINT(1, 2), x'00ff', '2026-11-25 10:00:00.000001'),
 (2, NULL, '', NULL, -0.0, NULL, NULL, '', NULL)`;

suite("a restored copy", () => {
	let scene: RestoreScene;
	let replica: RealMysqld;
	let ca: string;
	let tls: string;
	let written: Written[];
	let restored: Restored | null = null;
	const folder = temporary("copy");

	const work = (given: Partial<RestoreWork> = {}): RestoreWork => ({
		cluster,
		stores: scene.stores,
		key: keys.key,
		folder,
		bufferPool: 64 * 2 ** 20,
		report: () => {},
		onNote: () => {},
		...given,
	});
	const to = async (target: string) => {
		restored = await restore(parseTarget(target), work());
		return restored;
	};
	const value = async (session: Session, expression: string) =>
		String((await session.run(`SELECT ${expression} AS v`, 10_000))[0]?.[0]?.v);

	beforeAll(async () => {
		tls = temporary("tls");
		const authority = await makeAuthority("test", new Date());
		const server = await makeServerCertificate(authority, ["mysql", "127.0.0.1"], new Date());
		ca = authority.certificate;
		await chmod(tls, 0o755);
		for (const [name, text] of Object.entries({ "ca.crt": ca, "tls.crt": server.certificate, "tls.key": server.key })) {
			await writeFile(join(tls, name), text);
		}
		const certificates = [`--ssl-ca=${tls}/ca.crt`, `--ssl-cert=${tls}/tls.crt`, `--ssl-key=${tls}/tls.key`];
		const source = await RealMysqld.up("source", [...serverSettings, ...certificates]);
		scene = new RestoreScene(source);
		replica = await RealMysqld.up("replica");
		await source.sql(`CREATE DATABASE app; CREATE TABLE app.ledger (n INT PRIMARY KEY, text VARCHAR(100));
CREATE USER app IDENTIFIED BY 'of long ago'; GRANT ALL ON app.* TO app;
CREATE USER backup IDENTIFIED BY '${present.backup.replace("'", "''")}' REQUIRE SSL;
${backupGrants.map((grant) => `GRANT ${grant} TO backup`).join(";")};
CREATE USER replication IDENTIFIED BY 'r'; GRANT REPLICATION SLAVE ON *.* TO replication; ${odd}`);
		await replica.sql(`CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ${source.port},
SOURCE_USER = 'replication', SOURCE_PASSWORD = 'r', SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1; START REPLICA`);
		await scene.write(1, 60);
		await scene.backup();
		await scene.write(61, 150);
		await scene.archive(40);
		written = await scene.written();
	});
	afterEach(async () => {
		await restored?.copy.letGo();
		restored = null;
		await rm(folder, { recursive: true, force: true });
	});
	afterAll(async () => {
		await scene?.server.kill();
		await replica?.kill();
	});

	const control = async (control: Control): Promise<JobLine | null> => {
		let last = "";
		await askCopy(folder, control, (line) => {
			last = line;
		});
		return jobLine(last);
	};

	test("waits, and goes on, opens and ends as it is told", async () => {
		const done = await to(written[100]?.gtid ?? "");
		let over: Promise<void> = Promise.resolve();
		await new Promise<void>((ready) => {
			over = awaitStop(done, work(), async () => ready());
		});
		expect(await control({ do: "status" })).toMatchObject({ result: { state: "paused" } });
		const back = await control({ do: "resume", to: written[90]?.gtid ?? "" });
		expect(back).toMatchObject({ kind: "error", message: expect.stringContaining("cannot go back") });
		const on = await control({ do: "resume", to: written[120]?.gtid ?? "" });
		expect(on).toMatchObject({ result: { replayed: { transactions: 20 } } });
		expect(await control({ do: "open" })).toMatchObject({ result: { state: "open" } });
		await control({ do: "stop" });
		await over;
		restored = null;
		await expect(control({ do: "status" })).rejects.toThrow(/no restored copy waits/);
	});

	test("is served with today's passwords, to be cloned, without an account of ours, and goes on all the same", async () => {
		const { copy } = await to(written[100]?.gtid ?? "");
		await copy.renewPasswords(present, ["app"]);
		const port = await freePort();
		await copy.serve({ port, tlsFolder: tls });
		const target = { name: "copy", address: "127.0.0.1", port, identity: "mysql" };
		const login = (user: keyof Passwords, password: string = present[user]) =>
			openSession(target, { user, password, ca }, 10_000);
		await expect(login("app", "of long ago")).rejects.toThrow(/Access denied/);
		(await login("app")).close();
		const watchdog = await login("watchdog");
		expect(await value(watchdog, "@@GLOBAL.super_read_only")).toBe("1");
		expect(await value(watchdog, "@@GLOBAL.rpl_semi_sync_source_enabled")).toBe("0");
		watchdog.close();
		expect(await value(copy.session, "(SELECT COUNT(*) FROM mysql.user WHERE user LIKE 'mysql_dr_scratch%')")).toBe(
			"0",
		);
		const clone = "(SELECT plugin_status FROM information_schema.plugins WHERE plugin_name = 'clone')";
		expect(await value(copy.session, clone)).toBe("ACTIVE");
		await copy.resume({ kind: "latest" });
		expect(await value(copy.session, "(SELECT COUNT(*) FROM app.ledger)")).toBe("150");
	});

	test("gives one table back to the primary under a new name, and never over what is there", async () => {
		const { copy } = await to(written.find(({ rows }) => rows.includes(80))?.gtid ?? "");
		const had = Number(await value(copy.session, "(SELECT COUNT(*) FROM app.ledger)"));
		await scene.server.sql("DELETE FROM app.ledger WHERE n BETWEEN 5 AND 9");
		const only = onlyTables("app.ledger", undefined, ["app"]);
		expect(loader(only)).toBe("backup");
		const [password, host, port] = [present.backup, "127.0.0.1", scene.server.port];
		const login = { host, port, user: "backup", password, caFile: join(tls, "ca.crt") };
		const target = { name: "primary", address: host, port, identity: "mysql" };
		const primary = await openSession(target, { user: "backup", password, ca }, 10_000);
		await checkAbsent(only, primary);
		const loaded = await loadTables(copy, only, { ...work(), login, primary });
		expect(loaded).toMatchObject({ tables: ["app_restored.ledger"], rows: had });
		expect(await scene.server.value("(SELECT COUNT(*) FROM app_restored.ledger WHERE n BETWEEN 5 AND 9)")).toBe("5");
		expect(await scene.server.value("(SELECT COUNT(*) FROM app.ledger)")).toBe("145");
		await expect(checkAbsent(only, primary)).rejects.toThrow(/app_restored.ledger is there already/);
		await expect(loadTables(copy, only, { ...work(), login, primary })).rejects.toThrow(/already exists/);
		const gone = onlyTables("app.other", undefined, ["app"]);
		await expect(loadTables(copy, gone, { ...work(), login, primary })).rejects.toThrow(/was not there at that time/);
		await expect(primary.run("CREATE TABLE app.x (a INT PRIMARY KEY)", 10_000)).rejects.toThrow(/denied/);
		primary.close();
	});

	const caughtUp = () =>
		until("the replica has caught up", async () => {
			const of = (server: RealMysqld) => server.value("@@GLOBAL.gtid_executed");
			return (await of(replica)) === (await of(scene.server));
		});
	const validation = async (checks: { name: string; sql: string; expect?: string }[]) => {
		const session = await openSocketSession(
			{ name: "replica", path: replica.socket },
			{ user: "root", password: "" },
			10_000,
		);
		let archiving: Promise<unknown> | null = null;
		// What the replica has beyond the archive is archived while it is waited for.
		const report = ({ step }: { step: string }) => {
			if (step.startsWith("waiting until")) archiving ??= scene.archive(50);
		};
		try {
			return await validate({ ...work({ report }), replica: { name: "mysql-1", session }, checks });
		} finally {
			await archiving;
			session.close();
		}
	};

	test("is the same as a replica at the same transaction, which goes on; the proof is in every store", async () => {
		await scene.write(151, 180);
		await caughtUp();
		const found = await validation([
			{ name: "newest", sql: "SELECT MAX(n) FROM app.ledger", expect: "180" },
			{ name: "any", sql: "SELECT COUNT(*) FROM app.odd" },
		]);
		expect(found).toMatchObject({ held: true, differences: [], gtids: await replica.value("@@GLOBAL.gtid_executed") });
		expect(found.rpoSeconds).toBeGreaterThan(0);
		expect(found.rows).toBeGreaterThan(180);
		await scene.write(181, 185);
		await caughtUp();
		const report = validationReport(cluster, new Date(), found);
		expect(
			await storeReport(
				report,
				scene.stores.map(({ objects }) => objects),
			),
		).toEqual([]);
		for (const { objects } of scene.stores) {
			const stored = [...(objects as MemoryStore).objects.keys()];
			expect(stored).toContain(`verified/${cluster}/${report.backup}/${report.at}.json`);
			expect(stored).toContain(`evidence/restore/${cluster}/${report.at}.json`);
		}
	});

	test("that differs in one row of one table is found out, by the table's name, and a check that fails by its own", async () => {
		await replica.sql("SET sql_log_bin = 0; UPDATE app.odd SET j = JSON_SET(j, '$.a[0]', 2) WHERE id = 1");
		const found = await validation([{ name: "none", sql: "SELECT 0" }]);
		expect(found.held).toBe(false);
		expect(found.differences).toEqual([{ table: "app.odd", why: "the same number of rows, other contents" }]);
		expect(found.checks).toEqual([{ name: "none", held: false, found: "0" }]);
		const report = validationReport(cluster, new Date(), found);
		await storeReport(
			report,
			scene.stores.map(({ objects }) => objects),
		);
		const [store] = scene.stores;
		const stored = [...((store as (typeof scene.stores)[number]).objects as MemoryStore).objects.keys()];
		expect(stored).toContain(`evidence/restore/${cluster}/${report.at}.json`);
		expect(stored).not.toContain(`verified/${cluster}/${report.backup}/${report.at}.json`);
	});

	test("is made in a folder that is not there yet", async () => {
		await rm(folder, { recursive: true, force: true });
		await mkdir(join(folder, "data"), { recursive: true });
		await writeFile(join(folder, "data", "left"), "of an earlier restore");
		const { copy } = await to("latest");
		expect(await value(copy.session, "1")).toBe("1");
	});
});

/** Clones of an instance's volume as a snapshot holds it, on real servers. */
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { FoundAccount } from "../../../runtime/clone/cloneAccounts.ts";
import { type CloneWork, type Prepared, prepareClone, serveClone } from "../../../runtime/clone/cloneServer.ts";
import { accountNames, type Passwords } from "../../../runtime/credentials/accounts.ts";
import { makeAuthority, makeServerCertificate } from "../../../runtime/credentials/certificates.ts";
import { ourAccounts, renewSomeSql } from "../../../runtime/instance/accountsSql.ts";
import { openSession, type Session } from "../../../runtime/mysql/session.ts";
import type { ScratchServer } from "../../../runtime/scratch/scratchServer.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { freePort, RealMysqld, until } from "../realMysqld.ts";
import { type SnapshotVolume, snapshotOfVolume, volumeFrom } from "../snapshot/volumeOf.ts";
import { temporary } from "../temporary.ts";

jest.setTimeout(600_000);
const suite = hasPrograms("mysqld") ? describe : describe.skip;

const production = Object.fromEntries(accountNames.map((name) => [name, `production's ${name}`])) as Passwords;
const own = { root: "the clone's root", app: "the clone's app" };
const replicationSecret = "replication's own secret";

suite("a clone", () => {
	let instance: RealMysqld;
	let taken: SnapshotVolume;
	let uuid: string;
	let ca: string;
	let tls: string;
	let server: ScratchServer | null = null;
	let port: number;
	let volume: SnapshotVolume;
	const stopped: Session[] = [];

	const work = (given: Partial<CloneWork> = {}): CloneWork => ({
		folder: join(volume.folder, "clone"),
		source: {
			snapshot: {
				...{ name: "s-1", takenAt: "2026-11-25T10:00:00Z", term: 1, bytes: 2 ** 26, alone: true },
				gtidExecuted: taken.gtidExecuted,
			},
			data: volume.data,
		},
		memory: 512 * 2 ** 20,
		accounts: { passwords: own, schema: "app", keep: false },
		events: false,
		network: { port, tlsFolder: tls },
		report: () => {},
		...given,
	});
	const made = async (given: Partial<CloneWork> = {}): Promise<Prepared> => {
		volume = volumeFrom(taken);
		port = await freePort();
		const prepared = await prepareClone(work(given));
		server = await serveClone(work(given));
		return prepared;
	};
	const login = async (user: string, password: string) => {
		const target = { name: "clone", address: "127.0.0.1", port, identity: "localhost" };
		const session = await openSession(target, { user, password, ca }, 10_000);
		stopped.push(session);
		return session;
	};
	const rows = async (sql: string, session?: Session) => {
		const [found = []] = await (session ?? (server as ScratchServer).session).run(sql, 30_000);
		return found;
	};
	const value = async (expression: string) => String((await rows(`SELECT ${expression} AS v`))[0]?.v);

	beforeAll(async () => {
		tls = temporary("tls");
		const authority = await makeAuthority("test", new Date());
		const certificate = await makeServerCertificate(authority, ["mysql", "localhost"], new Date());
		ca = authority.certificate;
		await chmod(tls, 0o755);
		for (const [name, text] of [
			["ca.crt", ca],
			["tls.crt", certificate.certificate],
			["tls.key", certificate.key],
		] as const) {
			await writeFile(join(tls, name), text);
		}
		instance = await RealMysqld.up("instance", [
			...["--relay-log=relay", "--skip-replica-start", "--event-scheduler=OFF", "--sync-binlog=1"],
		]);
		await instance.sql(`CREATE DATABASE app; CREATE TABLE app.t (n INT PRIMARY KEY); INSERT INTO app.t VALUES (1), (2);
CREATE EVENT app.often ON SCHEDULE EVERY 1 SECOND DO INSERT INTO app.t SELECT MAX(n) + 1 FROM app.t;
CREATE USER reporting@'%' IDENTIFIED BY 'of reporting'; GRANT SELECT ON app.* TO reporting@'%';
CREATE USER backup@'10.0.0.%' IDENTIFIED BY 'the user''s own'; CREATE USER gone@'%' IDENTIFIED BY 'x' ACCOUNT LOCK;
CREATE USER mysql_dr_import@'%' IDENTIFIED BY 'left over'`);
		// But for root, by which the test itself logs in.
		const others = accountNames.filter((name) => name !== "root");
		await instance.sql(renewSomeSql(production, others, ["app"]));
		await instance.sql(`ALTER USER app@'%' IDENTIFIED BY 'newer' RETAIN CURRENT PASSWORD`);
		await instance.sql(`CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'mysql-primary.production', SOURCE_USER = 'replication',
SOURCE_PASSWORD = '${replicationSecret.replace("'", "''")}', SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1`);
		// It changes nothing, so that only the binary log knows that it was executed.
		await instance.sql("CREATE DATABASE IF NOT EXISTS app");
		uuid = await instance.value("@@server_uuid");
		taken = await snapshotOfVolume(instance);
	});
	afterEach(async () => {
		for (const session of stopped.splice(0)) session.close();
		await server?.stop(60_000);
		server = null;
		if (volume !== undefined) await rm(volume.folder, { recursive: true, force: true });
	});
	afterAll(async () => {
		await instance?.kill();
		if (taken !== undefined) await rm(taken.folder, { recursive: true, force: true });
	});

	test("is writable by its own passwords, and no password of production opens it", async () => {
		const prepared = await made();
		const app = await login("app", own.app);
		await app.run("INSERT INTO app.t VALUES (10); CREATE TABLE app.more (n INT PRIMARY KEY)", 10_000);
		expect(await rows("SELECT n FROM app.t ORDER BY n", app)).toEqual([{ n: 1 }, { n: 2 }, { n: 10 }]);
		for (const password of ["newer", ...Object.values(production), ...Object.values(own)]) {
			for (const user of [...accountNames, "reporting", "gone", "mysql_dr_import"]) {
				if (user === "app" && password === own.app) continue;
				await expect(login(user, password)).rejects.toThrow(/Access denied|locked/);
			}
		}
		await expect(login("reporting", "of reporting")).rejects.toThrow(/locked/);
		expect(prepared.locked).toEqual(["backup@10.0.0.%", "reporting@%"]);
		expect(prepared.kept).toEqual([]);
	});

	test("holds no account of ours but its root and its application's", async () => {
		await made();
		const left = await rows("SELECT user, host, account_locked = 'Y' AS locked FROM mysql.user ORDER BY user, host");
		const ours = ourAccounts(["app"]).map(({ name, host }) => `${name}@${host}`);
		const open = (left as unknown as FoundAccount[]).filter(({ locked }) => Number(locked) === 0);
		expect(left.map(({ user, host }) => `${user}@${host}`).filter((name) => ours.includes(name))).toEqual([
			"app@%",
			"root@localhost",
		]);
		expect(open.map(({ user }) => user)).toEqual(["app", "mysql_dr_scratch", "root"]);
	});

	test("leaves the user's own accounts open where that is said, and names them", async () => {
		const prepared = await made({ accounts: { passwords: own, schema: "app", keep: true } });
		expect(prepared).toMatchObject({ locked: [], kept: ["backup@10.0.0.%", "reporting@%"] });
		const reporting = await login("reporting", "of reporting");
		expect(await rows("SELECT COUNT(*) AS n FROM app.t", reporting)).toEqual([{ n: "2" }]);
		await expect(login("gone", "x")).rejects.toThrow(/locked/);
		await expect(login("watchdog", production.watchdog)).rejects.toThrow(/Access denied/);
	});

	test("replicates from nobody, and does not know the password that its channel had", async () => {
		await made();
		expect(await rows("SELECT * FROM performance_schema.replication_connection_configuration")).toEqual([]);
		expect(await rows("SELECT * FROM mysql.slave_master_info")).toEqual([]);
		expect(await value("@@GLOBAL.log_bin")).toBe("0");
		expect(await value("@@GLOBAL.super_read_only")).toBe("0");
		await server?.stop(60_000);
		server = null;
		const { data } = { data: join(volume.folder, "clone", "data") };
		const files = (await readdir(data)).filter((name) => /^(relay|binlog)/.test(name));
		for (const name of files) {
			expect((await readFile(join(data, name))).includes(replicationSecret)).toBe(false);
		}
	});

	test("is a server of its own that says for ever what it was made of, whatever is written to it", async () => {
		const prepared = await made();
		expect(await value("@@server_uuid")).not.toBe(uuid);
		const app = await login("app", own.app);
		await app.run("INSERT INTO app.t VALUES (11); DELETE FROM app.t WHERE n = 1", 10_000);
		expect(prepared.gtidExecuted).toBe(taken.gtidExecuted);
		expect((await value("@@GLOBAL.gtid_executed")).replaceAll("\n", "")).toBe(taken.gtidExecuted);
	});

	test("runs no event of the original, unless that is said", async () => {
		await made();
		expect(await value("@@GLOBAL.event_scheduler")).toBe("OFF");
		await server?.stop(60_000);
		server = null;
		await made({ events: true });
		await until("an event ran", async () => Number(await value("(SELECT COUNT(*) FROM app.t)")) > 2);
	});

	test("goes on after it was killed with all that was written to it, and is prepared no second time", async () => {
		const prepared = await made();
		const id = await value("@@server_uuid");
		await (await login("app", own.app)).run("INSERT INTO app.t VALUES (12)", 10_000);
		process.kill(Number(await readFile(join(volume.folder, "clone", "mysqld.pid"), "utf8")), "SIGKILL");
		await server?.ended(60_000).catch(() => {});
		server = null;
		const changed = { accounts: { passwords: { root: "r", app: "other" }, schema: "app", keep: true } };
		expect(await prepareClone(work(changed))).toEqual(prepared);
		server = await serveClone(work());
		expect(await value("(SELECT MAX(n) FROM app.t)")).toBe("12");
		expect(await value("@@server_uuid")).toBe(id);
		expect((await value("@@GLOBAL.gtid_executed")).replaceAll("\n", "")).toBe(taken.gtidExecuted);
		await login("app", own.app);
	});

	test("that was ended before it was prepared is prepared by the next start", async () => {
		volume = volumeFrom(taken);
		port = await freePort();
		const told = new AbortController();
		const report: CloneWork["report"] = ({ step }) => {
			if (step.startsWith("taking production's accounts")) told.abort(new Error("ended"));
		};
		await expect(prepareClone(work({ report, signal: told.signal }))).rejects.toThrow();
		expect(existsSync(volume.data)).toBe(false);
		await prepareClone(work());
		server = await serveClone(work());
		await login("app", own.app);
		expect(await value("@@server_uuid")).not.toBe(uuid);
	});

	test("is not opened where it holds something else than is written on the snapshot", async () => {
		volume = volumeFrom(taken);
		port = await freePort();
		const { source } = work();
		const snapshot = { ...source.snapshot, gtidExecuted: `${uuid}:1-1000` };
		await expect(prepareClone(work({ source: { ...source, snapshot } }))).rejects.toThrow(
			/snapshot s-1 cannot be used: it holds \S+, not what is written on it/,
		);
		expect(existsSync(join(volume.folder, "clone", "prepared.json"))).toBe(false);
	});
});

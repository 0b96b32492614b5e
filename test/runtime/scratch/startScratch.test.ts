/** A scratch server's promises, kept by a real mysqld. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Session } from "../../../runtime/mysql/session.ts";
import { initialiseScratch } from "../../../runtime/scratch/initialiseScratch.ts";
import type { ScratchOptions, ScratchServer } from "../../../runtime/scratch/scratchServer.ts";
import { startScratch } from "../../../runtime/scratch/startScratch.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { temporary } from "../temporary.ts";

jest.setTimeout(120_000);

const value = async (session: Session, expression: string) =>
	String((await session.run(`SELECT ${expression} AS value`, 10_000))[0]?.[0]?.value);

(hasPrograms("mysqld") ? describe : describe.skip)("a scratch server", () => {
	const folder = temporary("scratch");
	const started: { readonly killer: AbortController; readonly server: ScratchServer }[] = [];
	let root: string;

	const start = async (given: Partial<ScratchOptions>, killer = new AbortController()): Promise<ScratchServer> => {
		const options = { folder, bufferPool: 64 * 2 ** 20, purpose: "boot", signal: killer.signal, ...given } as const;
		const server = await startScratch(options);
		started.push({ killer, server });
		return server;
	};

	beforeAll(() => initialiseScratch(folder));
	afterEach(async () => {
		for (const { killer, server } of started.splice(0)) {
			killer.abort();
			await server.ended(60_000).catch(() => {});
		}
	});

	test("takes an empty data directory without any GTID, listens to nobody else and writes no binary log", async () => {
		const server = await start({ purpose: "restore" });
		const { session } = server;
		expect(await value(session, "@@GLOBAL.gtid_executed")).toBe("");
		expect(await value(session, "@@GLOBAL.skip_networking")).toBe("1");
		expect(await value(session, "@@GLOBAL.log_bin")).toBe("0");
		expect(await value(session, "@@GLOBAL.gtid_mode")).toBe("ON");
		expect(await value(session, "@@GLOBAL.event_scheduler")).toBe("OFF");
		const hash = "(SELECT authentication_string FROM mysql.user WHERE user = 'root')";
		await session.run("ALTER USER 'root'@'localhost' IDENTIFIED BY 'somebody elses'", 10_000);
		root = await value(session, hash);
		await session.run("CREATE DATABASE kept; CREATE TABLE kept.t (a INT PRIMARY KEY)", 10_000);
		await session.run("INSERT INTO kept.t VALUES (1), (2)", 10_000);
		expect(await server.errors()).toEqual([]);
		await server.stop(60_000);
		expect(session.closed).toBe(true);
	});

	test("boots without any password, changes none, refuses to write", async () => {
		const server = await start({ purpose: "boot" });
		const { session } = server;
		expect(await value(session, "(SELECT COUNT(*) FROM kept.t)")).toBe("2");
		await expect(session.run("INSERT INTO kept.t VALUES (3)", 10_000)).rejects.toThrow("super-read-only");
		expect(await value(session, "(SELECT authentication_string FROM mysql.user WHERE user = 'root')")).toBe(root);
		await server.stop(60_000);
	});

	test("opened for a restore it takes changes of accounts, and our own account goes with it", async () => {
		const restored = await start({ purpose: "restore" });
		await restored.session.run("CREATE USER somebody IDENTIFIED BY 'a password'", 10_000);
		const beside = await restored.open();
		expect(await value(beside, "CURRENT_USER()")).toBe("mysql_dr_scratch@localhost");
		await restored.stop(60_000);
		const booted = await start({ purpose: "boot" });
		const [users = []] = await booted.session.run("SELECT user FROM mysql.user WHERE user NOT LIKE 'mysql.%'", 10_000);
		expect(users.map(({ user, User }) => user ?? User).sort()).toEqual(["root", "somebody"]);
		await booted.stop(60_000);
		await expect(readFile(join(folder, "init.sql"))).rejects.toThrow("ENOENT");
	});

	test("a restore that is read-only is so before anybody can connect, and still ends cleanly", async () => {
		const server = await start({ purpose: "restore", readOnly: true });
		await expect(server.session.run("INSERT INTO kept.t VALUES (3)", 10_000)).rejects.toThrow("super-read-only");
		await server.stop(60_000);
	});

	test("one that cannot start is an error with its last words", async () => {
		await expect(start({ settings: ["no_such_setting = 1"] })).rejects.toThrow(
			/ended \(\d+\) before it answered:[\s\S]*no_such_setting/,
		);
	});

	test("a data directory that is none is an error with its last words", async () => {
		const other = temporary("none");
		await writeFile(join(other, "nothing"), "");
		await expect(start({ folder: other })).rejects.toThrow(/before it answered:[\s\S]*data/);
	});

	test("its signal ends it at once, and the next one recovers what was committed", async () => {
		const killer = new AbortController();
		const killed = await start({ purpose: "boot", readOnly: false }, killer);
		await killed.session.run("INSERT INTO kept.t VALUES (7)", 10_000);
		killer.abort(new Error("no more"));
		await expect(killed.stop(60_000)).rejects.toThrow("no more");
		const server = await start({ purpose: "boot" });
		expect(await value(server.session, "(SELECT COUNT(*) FROM kept.t)")).toBe("3");
		await server.stop(60_000);
	});

	test("there is no network without grant tables", async () => {
		await expect(start({ network: { port: 3306, tlsFolder: folder } })).rejects.toThrow(RangeError);
	});
});

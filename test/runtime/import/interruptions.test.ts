/** What comes between an import's beginning and its end, on real servers. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { abortImport } from "../../../runtime/import/abort.ts";
import { beginImport } from "../../../runtime/import/begin.ts";
import type { ImportContext } from "../../../runtime/import/context.ts";
import { cutover } from "../../../runtime/import/cutover.ts";
import { reportImport } from "../../../runtime/import/report.ts";
import { resumeImport } from "../../../runtime/import/resume.ts";
import { held } from "../../../runtime/mysql/reading.ts";
import { application, programs } from "./application.ts";
import { writer } from "./ledgerWriter.ts";
import { hasPrograms, type Member, patience, type Servers, type Source, startServers, until } from "./servers.ts";

jest.setTimeout(3 * patience);

const suite = hasPrograms ? describe : describe.skip;

suite("an import that is interrupted", () => {
	let servers: Servers;
	let primary: 0 | 1 = 0;

	const context = (source: Source, signal = new AbortController().signal): ImportContext => ({
		source: source.link,
		target: servers.target(servers.members[primary]),
		login: servers.login,
		caFile: "",
		schemas: ["app"],
		withAccounts: true,
		accept: [],
		given: { serverIds: [101, 102], freeBytes: null },
		signal,
		say: () => {},
	});
	const cutoverOptions = { writersStopped: false, limitMs: 30_000, checksumBytes: 2 ** 30 };
	const onTarget = (sql: string) => servers.members[primary].asRoot(sql);

	const filled = async (options: readonly string[]): Promise<Source> => {
		const source = await servers.source(options);
		await source.ask(application);
		for (const statement of programs) await source.ask(statement);
		await writer(source.link, 0).prepare();
		return source;
	};

	/** As the watchdog does it, in its order. `surplus`: the old primary has a transaction that the next one lacks. */
	const failover = async ({ surplus }: { surplus: boolean }) => {
		const [old, next] = [servers.members[primary], servers.members[(1 - primary) as 0 | 1]];
		await next.acts.stopReceiver(patience);
		if (surplus) await until("a transaction waits for its acknowledgement", () => waits(old));
		await old.acts.fence(patience);
		expect(await next.acts.applyUntil(held(await next.acts.read(5000)), patience)).toBe(true);
		await next.acts.promote(patience);
		await old.acts.follow("127.0.0.1", patience);
		primary = (1 - primary) as 0 | 1;
	};

	const waits = async ({ asRoot }: Member) => {
		const sql = "SELECT 1 FROM performance_schema.threads WHERE PROCESSLIST_STATE LIKE 'Waiting for semi-sync ACK%'";
		return (await asRoot(sql)).length > 0;
	};

	const nothingLost = async (ledger: ReturnType<typeof writer>, id: number) => {
		const rows = await onTarget(`SELECT n FROM app.ledger WHERE writer = ${id}`);
		const there = new Set(rows.map(({ n }) => Number(n)));
		expect(ledger.log().filter((n) => !there.has(n))).toEqual([]);
	};

	const emptyTarget = async () => {
		await onTarget("DROP DATABASE IF EXISTS app; DROP USER IF EXISTS 'shop'@'%', 'auditor'@'%', 'reader'@'%'");
		await onTarget("DELETE FROM mysql_dr.import_state");
	};

	beforeAll(async () => {
		servers = await startServers();
	}, 4 * patience);

	afterAll(async () => {
		await servers?.close();
	}, patience);

	test("by a failover goes on from a source with GTIDs, with nothing twice and nothing lost", async () => {
		const source = await filled(["--gtid-mode=ON", "--enforce-gtid-consistency=ON"]);
		const ledger = writer(source.link, 1);
		ledger.start();
		await ledger.reaches(10);
		expect(await beginImport(context(source))).toMatchObject({ gtids: true });
		await failover({ surplus: true });
		await ledger.reaches(ledger.acknowledged() + 20);
		expect((await reportImport(context(source))).trouble).toMatch(/another one now.*--resume/);
		await resumeImport(context(source));
		expect((await reportImport(context(source))).trouble).toBeNull();
		const report = await cutover(context(source), cutoverOptions);
		await ledger.stop();
		expect(report.comparison?.differences).toEqual([]);
		await nothingLost(ledger, 1);
		await emptyTarget();
		await source.stop();
	});

	describe("from a source without GTIDs", () => {
		let source: Source;

		beforeAll(async () => {
			source = await filled([]);
		}, 2 * patience);

		test("by a failover says that it must begin again, and can once it was given up", async () => {
			await beginImport(context(source));
			await failover({ surplus: false });
			expect((await reportImport(context(source))).trouble).toMatch(/another one now/);
			await expect(resumeImport(context(source))).rejects.toThrow(/without GTIDs nobody knows/);
			await expect(cutover(context(source), cutoverOptions)).rejects.toThrow(/does not follow the source/);
			await abortImport(context(source));
			expect(await onTarget("SHOW DATABASES LIKE 'app'")).toEqual([]);
		});

		test("by the end of its worker goes on by itself, and the next worker takes it up", async () => {
			await onTarget("GRANT ALL PRIVILEGES ON app.* TO mysql_dr_import WITH GRANT OPTION");
			const kill = new AbortController();
			const busy = writer(source.link, 2);
			busy.start();
			await busy.reaches(5);
			const working = beginImport({
				...context(source, kill.signal),
				say: (message) => message.type === "following" && kill.abort(new Error("killed")),
			});
			await working.catch((error: Error) => expect(error.message).toBe("killed"));
			await busy.stop();
			await resumeImport(context(source));
			expect(await reportImport(context(source))).toMatchObject({ state: { phase: "following" }, trouble: null });
			await nothingLost(busy, 2);
		});

		test("is not begun a second time, nor cut over from another source", async () => {
			await expect(beginImport(context(source))).rejects.toThrow(/was begun at/);
			const link = { ...source.link, host: "localhost" };
			await expect(cutover(context({ ...source, link }), cutoverOptions)).rejects.toThrow(/not from localhost/);
		});

		test("by a difference is put back: it is named, and the source takes writes again", async () => {
			await onTarget("UPDATE app.customer SET note = 'changed' WHERE id = 1; DROP VIEW app.named");
			const failing = cutover(context(source), cutoverOptions);
			await expect(failing).rejects.toThrow(/missing on the target: view app\.named; app\.customer: rows differ/);
			await source.ask("INSERT INTO app.ledger VALUES (3, 1, '')");
			expect((await reportImport(context(source))).state).toMatchObject({
				phase: "following",
				sourceClosed: false,
				error: expect.stringMatching(/differ/),
			});
			await onTarget("UPDATE app.customer SET note = 'caf\\u00e9' WHERE id = 1");
			await onTarget(
				"CREATE DEFINER = 'shop'@'%' VIEW app.named AS SELECT id, name FROM app.customer WHERE name IS NOT NULL",
			);
		});

		test("by a source that cannot be closed in time is put back, and the source is not closed later either", async () => {
			const holder = writer(source.link, 4);
			const held = await holder.hold();
			await expect(cutover(context(source), { ...cutoverOptions, limitMs: 2500 })).rejects.toThrow();
			await held.release();
			await source.ask("INSERT INTO app.ledger VALUES (4, 1, '')");
			const [row] = await source.ask("SELECT @@GLOBAL.super_read_only AS closed, @@GLOBAL.read_only AS half");
			expect(row).toEqual({ closed: 0, half: 0 });
		});

		test("ends well: with writers stopped by hand, and the source's settings left alone", async () => {
			const report = await cutover(context(source), { ...cutoverOptions, writersStopped: true });
			expect(report).toMatchObject({ sourceClosed: false, comparison: { differences: [] } });
			await source.ask("INSERT INTO app.ledger VALUES (5, 1, '')");
		});
	});
});

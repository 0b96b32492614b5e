/** A whole import on real servers: a source without GTIDs that is written to all the while. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { abortImport } from "../../../runtime/import/abort.ts";
import { beginImport } from "../../../runtime/import/begin.ts";
import { channelStatus } from "../../../runtime/import/channel.ts";
import { check } from "../../../runtime/import/check.ts";
import { type ImportContext, openTarget, withEnds } from "../../../runtime/import/context.ts";
import { cutover } from "../../../runtime/import/cutover.ts";
import type { ImportMessage } from "../../../runtime/import/messages.ts";
import { reportImport } from "../../../runtime/import/report.ts";
import { resumeImport } from "../../../runtime/import/resume.ts";
import { openSource, type SourceLink } from "../../../runtime/import/sourceLink.ts";
import { dropImportAccountSql } from "../../../runtime/import/targetAccount.ts";
import { application, programs } from "./application.ts";
import { writer } from "./ledgerWriter.ts";
import { hasPrograms, patience, type Servers, type Source, startServers } from "./servers.ts";

jest.setTimeout(3 * patience);

const suite = hasPrograms ? describe : describe.skip;

suite("an import", () => {
	let servers: Servers;
	let source: Source;
	const said: ImportMessage[] = [];

	const context = (link: SourceLink = source.link, member: 0 | 1 = 0, signal?: AbortSignal): ImportContext => ({
		source: link,
		target: servers.target(servers.members[member]),
		login: servers.login,
		caFile: "",
		schemas: ["app"],
		withAccounts: true,
		accept: [],
		given: { serverIds: [101, 102], freeBytes: 10 ** 12 },
		signal: signal ?? new AbortController().signal,
		say: (message) => said.push(message),
	});
	const onTarget = (sql: string) => servers.members[0].asRoot(sql);
	const cutoverOptions = { writersStopped: false, limitMs: 30_000, checksumBytes: 2 ** 30 };

	beforeAll(async () => {
		servers = await startServers();
		source = await servers.source();
		await source.ask(application);
		for (const statement of programs) await source.ask(statement);
		await source.ask("INSERT INTO app.purchase VALUES (1, 1), (1, 2), (2, 1)");
		await writer(source.link, 0).prepare();
	}, 4 * patience);

	afterAll(async () => {
		await servers?.close();
	}, patience);

	test("is refused while something would not survive, with all of it named at once, and changes nothing", async () => {
		await source.ask(
			`CREATE TABLE app.old (id INT PRIMARY KEY) ENGINE = MyISAM; CREATE TABLE app.keyless (a INT);
			 CREATE USER 'ghost'@'%' IDENTIFIED BY 'g'`,
		);
		await source.ask("CREATE DEFINER = 'ghost'@'%' VIEW app.orphan AS SELECT 1 AS one");
		await source.ask("DROP USER 'ghost'@'%'");
		const before = await onTarget("SELECT @@gtid_executed AS executed");
		await expect(beginImport(context())).rejects.toThrow(/engine, no-primary-key, definers/);
		expect(await onTarget("SELECT @@gtid_executed AS executed")).toEqual(before);
		const { findings } = await withEnds(context(), (ends) => check(ends, context()));
		const refused = findings.filter(({ weight }) => weight === "refused");
		expect(refused.map(({ kind, where }) => [kind, where])).toEqual([
			["engine", ["app.old (MyISAM)"]],
			["no-primary-key", ["app.keyless"]],
			["definers", ["view app.orphan (ghost@%)"]],
		]);
		// What is to be pasted does mend it.
		for (const one of refused.slice(0, 2)) for (const statement of one.paste) await source.ask(statement);
		await source.ask("DROP VIEW app.orphan");
		const again = await withEnds(context(), (ends) => check(ends, context()));
		expect(again.findings.filter(({ weight }) => weight === "refused")).toEqual([]);
	});

	test("that is killed in the middle of the load leaves what abort takes away, and nothing else", async () => {
		const kill = new AbortController();
		const loading = beginImport({
			...context(source.link, 0, kill.signal),
			say: (message) => {
				said.push(message);
				if (message.type === "findings") kill.abort(new Error("killed"));
			},
		});
		await expect(loading).rejects.toThrow("killed");
		const report = await reportImport(context());
		expect(report).toMatchObject({ state: { phase: "loading" }, channel: null, working: false });
		expect(report.trouble).toMatch(/abort/);
		await expect(resumeImport(context())).rejects.toThrow(/half cannot be told/);
		await expect(abortImport(context())).resolves.toMatchObject({ dropped: ["app"], sourceReopened: null });
		expect(await onTarget("SHOW DATABASES LIKE 'app'")).toEqual([]);
		expect(await onTarget("SELECT user FROM mysql.user WHERE user IN ('shop', 'auditor')")).toEqual([]);
		await servers.members[0].asRoot("GRANT ALL PRIVILEGES ON app.* TO mysql_dr_import WITH GRANT OPTION");
	});

	test("brings everything under writes, cuts over in seconds, and loses no acknowledged write", async () => {
		const ledger = writer(source.link, 1);
		ledger.start();
		await ledger.reaches(50);
		const state = await beginImport(context());
		expect(state).toMatchObject({ phase: "following", gtids: false });
		await ledger.reaches(ledger.acknowledged() + 50);
		expect(await onTarget("SELECT account_locked AS locked FROM mysql.user WHERE user = 'shop'")).toEqual([
			{ locked: "Y" },
		]);
		expect(
			await onTarget("SELECT DISTINCT STATUS AS status FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'app'"),
		).toEqual([{ status: "REPLICA_SIDE_DISABLED" }]);
		const report = await cutover(context(), cutoverOptions);
		await ledger.stop();
		expect(report.comparison).toMatchObject({ differences: [], countedOnly: [] });
		expect(report.sourceClosed).toBe(true);
		process.stdout.write(`write downtime of the cutover: ${report.writeDowntimeSeconds?.toFixed(2)} s\n`);
		const rows = await onTarget("SELECT n FROM app.ledger WHERE writer = 1");
		const there = new Set(rows.map(({ n }) => Number(n)));
		expect(ledger.log().filter((n) => !there.has(n))).toEqual([]);
		expect(ledger.acknowledged()).toBeGreaterThan(100);
	});

	test("leaves a closed source, accounts with their passwords and roles, and awake events behind", async () => {
		await expect(source.ask("INSERT INTO app.purchase VALUES (1, 99)")).rejects.toThrow(/super-read-only/);
		const shop = { ...source.link, port: servers.members[0].place.port, user: "shop", password: "shop's own" };
		const session = await openSource(shop);
		const [rows] = await session.run("SELECT name FROM app.named; SELECT app.twice(4) AS eight", 5000);
		expect(rows).toEqual([{ name: "Zoë 🐬" }]);
		await session.run("CALL app.count_all()", 5000);
		const [grants = []] = await session.run("SHOW GRANTS", 5000);
		expect(grants.map((row) => String(Object.values(row)[0])).join()).not.toMatch(/SUPER/);
		session.close();
		expect(
			await onTarget(
				"SELECT EVENT_NAME AS name, STATUS AS status, DEFINER AS owner FROM information_schema.EVENTS ORDER BY 1",
			),
		).toEqual([
			{ name: "nightly", status: "ENABLED", owner: "shop@%" },
			{ name: "retired", status: "REPLICA_SIDE_DISABLED", owner: "shop@%" },
		]);
		expect(await onTarget("SHOW GRANTS FOR 'auditor'@'%'")).toContainEqual({
			"Grants for auditor@%": "GRANT `reader`@`%` TO `auditor`@`%`",
		});
		const target = await openTarget(context());
		expect(await channelStatus(target)).toBeNull();
		target.close();
		expect((await reportImport(context())).state?.phase).toBe("done");
		await expect(abortImport(context())).rejects.toThrow(/cutover has been made/);
		await onTarget(dropImportAccountSql);
	});
});

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { backupsLines } from "../../../runtime/commands/backups.ts";
import { catalogueSchema } from "../../../runtime/kubernetes/archiverStatus.ts";
import { painter } from "../../../runtime/terminal/paint.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { temporary } from "../temporary.ts";
import { fakeTerminal } from "../terminal/fakeTerminal.ts";
import { archiveDocument, archiver, catalogueDocument, entry, job } from "./backupScene.ts";
import { cluster, run } from "./scene.ts";

// Each command is loaded when it is first called, which takes seconds on a busy machine.
jest.setTimeout(60_000);

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
});
afterEach(() => api.close());

const created = () => {
	const body = api.seen.find(({ method, url }) => method === "POST" && url.endsWith("/jobs"))?.body;
	return body === undefined ? undefined : JSON.parse(body);
};

describe("mysql-dr backup", () => {
	const step = { at: "2026-11-25T02:00:00Z", step: "clone", done: 1, total: 2 };

	test("begins a job of that kind once, tells its steps, and ends with the entry", async () => {
		job(api, "mysql-backup-incremental", [step, step, { result: { entry: { ...entry, kind: "incremental" } } }], 0);
		const { code, out, err } = await run(api, "backup incremental");
		expect(code).toBe(0);
		expect(created()).toMatchObject({
			metadata: {
				name: expect.stringMatching(/^mysql-backup-incremental-[0-9a-f]{6}$/),
				labels: { part: "backup" },
				ownerReferences: [{ kind: "CronJob", name: "mysql-backup-incremental", uid: "u-1" }],
			},
			spec: { backoffLimit: 0, template: { spec: { containers: [{ args: ["job", "anything"] }] } } },
		});
		expect(err.filter((line) => line === "clone")).toHaveLength(1);
		expect(out[0]).toBe(`incremental backup ${entry.id}: booted, checked and stored in 41 s`);
		expect(out.join("\n")).toContain("1.2 GB, of which 37 MB were new to the repository");
	});

	test("prints the entry as one document", async () => {
		job(api, "mysql-backup-full", [step, { result: { entry, away: [{ store: "two", error: "refused" }] } }], 0);
		const { out } = await run(api, "backup --json");
		expect(JSON.parse(out.join("\n"))).toEqual({ ...entry, away: [{ store: "two", error: "refused" }] });
	});

	test("fails in the job's own words", async () => {
		job(api, "mysql-backup-full", [step, { error: { kind: "failed", message: "the scratch volume is too small" } }], 1);
		const { code, err } = await run(api, "backup full");
		expect(code).toBe(1);
		expect(err.at(-1)).toMatch(/^job mysql-backup-full-\w+ failed \(exit code 1\): the scratch volume is too small$/);
	});

	test("ends as a job that refused, or was told what cannot be, has ended", async () => {
		for (const code of [2, 4]) {
			job(api, "mysql-backup-full", [step, { error: { kind: "refused", message: "not now" } }], code);
			expect((await run(api, "backup full")).code).toBe(code);
		}
	});

	test("does not take a job that ended without an entry for a backup", async () => {
		job(api, "mysql-backup-full", [step], 0);
		expect((await run(api, "backup")).code).toBe(1);
	});

	test("refuses a kind that there is not, before anything begins", async () => {
		const { code, err } = await run(api, "backup hourly");
		expect(code).toBe(2);
		expect(err).toEqual(['kind: there is no kind of backup "hourly"; choose one of full, incremental, logical']);
		expect(created()).toBeUndefined();
	});

	test("says what is missing where the stack declares no backups", async () => {
		const { code, err } = await run(api, "backup");
		expect(code).toBe(1);
		expect(err.at(-1)).toContain("there is no CronJob mysql-backup-full in namespace mysql");
	});
});

describe("mysql-dr backups", () => {
	test("shows a line a backup, the newest first, in which stores it is, and what is wrong", () => {
		const now = new Date("2026-11-25T06:00:00Z");
		const lines = backupsLines(catalogueSchema.parse(catalogueDocument), painter(false), now);
		expect(lines.map((line) => line.replaceAll(/ +/g, " "))).toEqual([
			"BACKUP KIND AGE SIZE STORE-1 STORE-2 VERIFIED GTID SET",
			"20261125T033000Z-logical-00000000 logical 2 h 500 MB yes unknown - 3e11fa47:1-50",
			"20261125T020000Z-full-1a2b3c4d full 4 h 1.2 GB yes missing - 3e11fa47:1-42",
			"20261124T020000Z-full-00000000 full 28 h 1.0 GB yes yes 25 h ago 3e11fa47:1-7",
			"! store-2 does not answer: connect ECONNREFUSED",
			expect.stringMatching(/^! backupKeyNotKept: The key of all backups/),
		]);
	});

	test("asks the archiver, and says so when there is none", async () => {
		archiver(api, { catalogue: catalogueDocument });
		expect(JSON.parse((await run(api, "backups --json")).out.join("\n"))).toEqual(catalogueDocument);
		api.routes.set("GET /api/v1/namespaces/mysql/pods", [200, { items: [] }]);
		const { code, err } = await run(api, "backups");
		expect(code).toBe(1);
		expect(err.at(-1)).toContain("there is no archiver in namespace mysql");
	});
});

describe("mysql-dr archive status", () => {
	test("shows how far behind it is, whom it follows, and which store waits for what", async () => {
		archiver(api, { status: archiveDocument });
		const { code, out } = await run(api, "archive status");
		expect(code).toBe(0);
		expect(out[0]).toBe("archived through 2026-11-25T02:00:00Z: 2.4 s behind");
		expect(out.join("\n")).toMatch(/follows +mysql-2 \(replica\)/);
		expect(out.join("\n")).toMatch(/store-2 +12 +52 MB +connect ECONNREFUSED/);
		expect(out.at(-1)).toMatch(/^! archiveStoreAway: /);
	});

	test("is all that archive can", async () => {
		expect((await run(api, "archive delete")).code).toBe(2);
	});
});

describe("mysql-dr status", () => {
	test("adds what the archiver knows", async () => {
		archiver(api, { status: archiveDocument, catalogue: catalogueDocument });
		const document = JSON.parse((await run(api, "status --json")).out.join("\n"));
		expect(document.archive).toEqual({ throughGtid: archiveDocument.throughGtid, lagSeconds: 2.4 });
		expect(document.backups).toEqual({ newestBooted: entry.id, ageSeconds: expect.any(Number) });
		expect(document.alerts).toEqual(["archiveStoreAway", "backupKeyNotKept"]);
	});

	test("shows the database all the same where the archiver cannot be asked", async () => {
		const document = JSON.parse((await run(api, "status --json")).out.join("\n"));
		expect(document).toMatchObject({ primary: "mysql-1", archive: null, backups: null, alerts: [] });
	});
});

describe("mysql-dr backup-key", () => {
	const secret = "/api/v1/namespaces/mysql/secrets/mysql-backup-key";
	const encoded = (text: string) => Buffer.from(text).toString("base64");
	beforeEach(() => {
		api.routes.set(`GET ${secret}`, [200, { data: { key: encoded("one"), recoveryKey: encoded("two") } }]);
		api.routes.set(`PATCH ${secret}`, [200, {}]);
	});
	const noted = () => api.seen.filter(({ method }) => method === "PATCH").map(({ body }) => JSON.parse(body));

	test("shows the keys to a terminal, which keeps nothing", async () => {
		const { out } = await run(api, "backup-key", fakeTerminal({ interactive: true }));
		expect(out.slice(0, 2)).toEqual(["key          one", "recoveryKey  two"]);
		expect(noted()).toEqual([]);
	});

	test("gives nothing to a pipe", async () => {
		const { code, out } = await run(api, "backup-key --json");
		expect(code).toBe(4);
		expect(out.join()).not.toMatch(/one"|two"/);
	});

	test("keeps them in a file that only its owner reads, and notes on the Secret that they are kept", async () => {
		const file = join(temporary("backup-key"), "keys.json");
		const { code, out, err } = await run(api, `backup-key --export ${file}`);
		expect(code).toBe(0);
		expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ key: "one", recoveryKey: "two" });
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect([...out, ...err].join()).not.toMatch(/\bone\b|\btwo\b(?! keys)/);
		expect(noted()).toEqual([
			{ metadata: { annotations: { "mysql-dr/key-exported-at": expect.stringMatching(/^\d{4}-/) } }, data: {} },
		]);
	});

	test("gives a database made anew the keys of such a file, and its archiver a new start", async () => {
		const file = join(temporary("backup-key"), "keys.json");
		writeFileSync(file, JSON.stringify({ key: "old", recoveryKey: "older" }));
		const pods = "/api/v1/namespaces/mysql/pods";
		api.routes.set(`GET ${pods}`, [200, { items: [{ metadata: { name: "mysql-archive-1" } }] }]);
		api.routes.set(`DELETE ${pods}/mysql-archive-1`, [200, {}]);
		expect((await run(api, `backup-key --import ${file}`)).code).toBe(2);
		expect(noted()).toEqual([]);
		const { code, out, err } = await run(api, `backup-key --import ${file} --yes`);
		expect(code).toBe(0);
		expect(noted()).toMatchObject([{ data: { key: encoded("old"), recoveryKey: encoded("older") } }]);
		expect(api.seen.some(({ method }) => method === "DELETE")).toBe(true);
		expect([...out, ...err].join()).not.toMatch(/\bolder\b/);
	});

	test("takes no file that does not hold both keys, and does not show what it holds", async () => {
		const file = join(temporary("backup-key"), "keys.json");
		writeFileSync(file, JSON.stringify({ key: "hunter2" }));
		const { code, err } = await run(api, `backup-key --import ${file} --yes`);
		expect(code).toBe(2);
		expect(err.join()).toMatch(/^--import: does not hold key and recoveryKey/);
		expect(err.join()).not.toContain("hunter2");
	});

	test("never writes over a file, and then notes nothing", async () => {
		const file = join(temporary("backup-key"), "keys.json");
		writeFileSync(file, "another database's");
		const { code, err } = await run(api, `backup-key --export ${file}`);
		expect(code).toBe(2);
		expect(err.at(-1)).toBe(`--export: is there already; name a new file in a folder of yours`);
		expect(readFileSync(file, "utf8")).toBe("another database's");
		expect(noted()).toEqual([]);
	});
});

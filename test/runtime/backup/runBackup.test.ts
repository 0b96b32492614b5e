/** Backups from a real donor into real stores: by CLONE, mysqldump and restic. */

import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { readCatalogue } from "../../../runtime/backup/catalogue.ts";
import { entryKey, entryPrefix } from "../../../runtime/backup/entry.ts";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import { notesFile } from "../../../runtime/backup/notes.ts";
import type { Progress } from "../../../runtime/backup/progress.ts";
import { rebuildCatalogue } from "../../../runtime/backup/rebuildCatalogue.ts";
import { restic } from "../../../runtime/backup/restic.ts";
import { type BackupRun, runBackup } from "../../../runtime/backup/runBackup.ts";
import { startScratch } from "../../../runtime/scratch/startScratch.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { cluster, DonorServer } from "./donorServer.ts";
import { keysIn, storesUp, type TestStore } from "./stores.ts";

jest.setTimeout(900_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("mysqld", "mysql", "mysqldump", "innochecksum", "restic");

const rows = 1000;

(can ? describe : describe.skip)("a backup", () => {
	let donor: DonorServer;
	let stores: readonly [TestStore, TestStore];
	const volume = temporary("volume");
	const keys = { key: newBackupKey(), recoveryKey: newBackupKey() };
	const context = { keys, folder: volume };
	const ids: string[] = [];

	const run = (given: Partial<BackupRun> = {}) =>
		runBackup({
			...{ cluster, kind: "full", volume, keys, stores, access: donor.access, record: donor.record },
			scratchBytes: 64 * 2 ** 30,
			bufferPool: 64 * 2 ** 20,
			tell: () => {},
			signal: new AbortController().signal,
			...given,
		});
	const catalogue = () =>
		readCatalogue(
			stores.map(({ objects }) => objects),
			cluster,
		);
	/** A copy out of a store, as a restore begins. */
	const restored = async (store: TestStore, id: string): Promise<string> => {
		const folder = temporary("restored");
		const entry = JSON.parse(String(await store.objects.get(entryKey(cluster, id))));
		const args = ["restore", entry.snapshot, "--target", join(folder, "data"), "--no-lock"];
		await restic(store.repository, context, { args });
		return folder;
	};
	/** Of the mysqld on a restored folder. */
	const valuesOn = async (folder: string, ...expressions: readonly string[]): Promise<readonly string[]> => {
		const server = await startScratch({ folder, bufferPool: 64 * 2 ** 20, purpose: "boot" });
		try {
			const values: string[] = [];
			for (const expression of expressions) {
				const [[row] = []] = await server.session.run(`SELECT ${expression} AS value`, 60_000);
				values.push(String(row?.value));
			}
			expect(await server.errors()).toEqual([]);
			return values;
		} finally {
			await server.stop(60_000);
		}
	};

	beforeAll(async () => {
		[donor, stores] = await Promise.all([DonorServer.up(), storesUp(program as string)]);
		await donor.run(
			"CREATE DATABASE shop",
			"CREATE TABLE shop.orders (id INT PRIMARY KEY, note VARCHAR(200), KEY (note))",
			`INSERT INTO shop.orders WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM n WHERE id < ${rows})
			 SELECT id, CONCAT('note ', id) FROM n`,
			"CREATE DATABASE `odd ``name`",
			"CREATE TABLE `odd ``name`.`t.1` (a INT PRIMARY KEY)",
			"CREATE VIEW shop.view AS SELECT id FROM shop.orders",
			"CREATE EVENT shop.never ON SCHEDULE EVERY 1 YEAR DO SELECT 1",
			"CREATE TRIGGER shop.guard BEFORE DELETE ON shop.orders FOR EACH ROW SET @deleted = 1",
			"CREATE PROCEDURE shop.nothing() SELECT 1",
		);
	});
	afterAll(async () => {
		await donor?.down();
		for (const { gateway } of stores ?? []) await gateway.stop();
	});

	test("that is full is copied, booted and checked, and is in both stores and both catalogues", async () => {
		const gtid = await donor.value("@@GLOBAL.gtid_executed");
		const told: Progress[] = [];
		const { entry, copied, away } = await run({ tell: (progress) => void told.push(progress) });
		ids.push(entry.id);
		expect(away).toEqual([]);
		expect(copied).toEqual([{ store: "store-2", backups: [entry.id] }]);
		expect(entry).toMatchObject({ kind: "full", cluster, term: 3, gtidExecuted: gtid });
		expect(entry.source).toMatchObject({ instance: "mysql-0", role: "primary" });
		const checks = ["recovery", "tables opened", "indexes", "clean stop", "error log", "pages"];
		expect(entry.booted.checks.map(({ name }) => name)).toEqual(checks);
		expect(entry.addedBytes).toBeGreaterThan(0);
		const { backups } = await catalogue();
		expect(backups).toMatchObject([{ id: entry.id, gtid, stores: { "store-1": { snapshot: entry.snapshot } } }]);
		expect(backups[0]?.stores["store-2"]).toMatchObject({ id: entry.id, addedBytes: entry.addedBytes });
		expect(told.find(({ step }) => step === "storing")).toMatchObject({ unit: "bytes" });
	});

	test("out of either store boots with all that it was made of, as another server, and no account is changed", async () => {
		const [id = ""] = ids;
		const kept = "(SELECT GROUP_CONCAT(authentication_string ORDER BY user, host) FROM mysql.user)";
		const asked = ["@@GLOBAL.gtid_executed", kept, "@@server_uuid"] as const;
		const [executed, accounts, uuid] = await Promise.all(asked.map((one) => donor.value(one)));
		for (const store of stores) {
			const folder = await restored(store, id);
			const files = await readdir(join(folder, "data"));
			expect(files).toContain(notesFile);
			expect(files).not.toContain("auto.cnf");
			const [count, ...found] = await valuesOn(folder, "(SELECT COUNT(*) FROM shop.orders)", ...asked);
			expect(count).toBe(String(rows));
			expect(found).toEqual([executed, accounts, expect.not.stringMatching(uuid ?? "")]);
		}
	});

	test("that is incremental adds what has changed", async () => {
		await donor.run("UPDATE shop.orders SET note = CONCAT(note, ' changed') WHERE id < 11");
		const { entry } = await run({ kind: "incremental" });
		ids.push(entry.id);
		const [full] = (await catalogue()).backups;
		expect(entry.addedBytes).toBeLessThan((full?.addedBytes ?? 0) / 2);
		const folder = await restored(stores[1], entry.id);
		expect(await valuesOn(folder, "(SELECT COUNT(*) FROM shop.orders WHERE note LIKE '% changed')")).toEqual(["10"]);
	});

	test("that is logical is one dump at one position, loaded into an empty server as its proof", async () => {
		const gtid = await donor.value("@@GLOBAL.gtid_executed");
		const { entry } = await run({ kind: "logical" });
		ids.push(entry.id);
		expect(entry).toMatchObject({ kind: "logical", gtidExecuted: gtid, booted: { tables: 2 } });
		const checks = ["loaded", "position", "tables opened", "clean stop", "error log"];
		expect(entry.booted.checks.map(({ name }) => name)).toEqual(checks);
		const args = ["dump", "--no-lock", entry.snapshot, "/dump.sql"];
		const dump = await restic(stores[0].repository, context, { args });
		for (const part of [/PROCEDURE `nothing`/, /TRIGGER .*`guard`/, /EVENT `never`/, /VIEW `view`/, /`odd ``name`/]) {
			expect(dump).toMatch(part);
		}
	});

	test("leaves nothing on the scratch volume but restic's cache", async () => {
		const left = await readdir(volume);
		expect(left.filter((name) => !name.startsWith("restic-"))).toEqual([]);
	});

	test("is found again in the repository alone, when the catalogue is lost", async () => {
		for (const store of stores) {
			const before = new Map<string, string>();
			for (const key of await keysIn(store, entryPrefix(cluster))) {
				before.set(key, String(await store.objects.get(key)));
				await store.objects.remove(key);
			}
			expect((await rebuildCatalogue(store, context, cluster)).sort()).toEqual(ids.toSorted());
			for (const [key, text] of before) expect(String(await store.objects.get(key))).toBe(text);
			expect(await rebuildCatalogue(store, context, cluster)).toEqual([]);
		}
	});

	test("is opened by the recovery key alone", async () => {
		const recovered = { keys: { key: keys.recoveryKey }, folder: volume };
		for (const store of stores) {
			const text = await restic(store.repository, recovered, { args: ["snapshots", "--json", "--no-lock"] });
			expect(JSON.parse(text)).toHaveLength(ids.length);
		}
	});

	test("is not opened by another key, which is said and not shown", async () => {
		const other = { keys: { key: newBackupKey() }, folder: volume };
		const refused = restic(stores[0].repository, other, { args: ["snapshots"] });
		await expect(refused).rejects.toThrow(
			"store store-1: restic snapshots: the backup key does not open this repository",
		);
	});

	test("goes to the second store while the first is away, and to the first when it is back", async () => {
		await stores[0].gateway.stop();
		const { entry, store, away } = await run({ kind: "incremental" });
		ids.push(entry.id);
		expect(store).toBe("store-2");
		expect(away.map(({ store: name }) => name)).toEqual(["store-1"]);
		const during = await catalogue();
		expect(during.away.map(({ store: name }) => name)).toEqual(["store-1"]);
		expect(during.backups.at(-1)?.stores).toMatchObject({ "store-1": "unknown", "store-2": { id: entry.id } });
		await stores[0].gateway.start();
		expect((await catalogue()).backups.at(-1)?.stores["store-1"]).toBe("missing");
		const next = await run({ kind: "incremental" });
		ids.push(next.entry.id);
		expect(next.copied.find(({ store: name }) => name === "store-1")?.backups).toEqual([entry.id]);
		const { backups } = await catalogue();
		expect(backups.map(({ id }) => id)).toEqual(ids);
		for (const { stores: said } of backups) {
			expect(Object.values(said).every((one) => typeof one === "object")).toBe(true);
		}
	});

	test("for which there is no room is refused before anything is copied, with both sizes", async () => {
		const told: Progress[] = [];
		const refused = run({ scratchBytes: 100 * 2 ** 20, tell: (progress) => void told.push(progress) });
		await expect(refused).rejects.toThrow(/backup.scratch: a copy of \d+Mi needs \d+Mi and 100Mi are free; give/);
		expect(told).toEqual([]);
	});

	test("whose copy has one wrong byte is refused, and is in no catalogue", async () => {
		const before = await catalogue();
		const file = join(volume, "backup", "data", "shop", "orders.ibd");
		const spoil = ({ step, done }: Progress) => {
			if (step === "verifying pages" && done === 0) flipByte(file, 5 * 16_384 + 100);
		};
		const told: unknown[] = [];
		const onDamage = async (...words: unknown[]) => void told.push(words);
		const refused = run({ kind: "incremental", tell: spoil, onDamage });
		await expect(refused).rejects.toThrow(/the copy's file shop\/orders.ibd is broken: .*page 5/i);
		expect(await catalogue()).toEqual(before);
		expect(told).toEqual([[expect.objectContaining({ instance: "mysql-0" }), expect.stringMatching(/page 5/i)]]);
	});

	test("whose server ends at a wrong page tells whose copy that was", async () => {
		const file = join(volume, "backup", "data", "shop", "orders.ibd");
		const spoil = ({ step }: Progress) => {
			// All but the first pages, so that whatever is read first is wrong.
			if (step === "booting the copy") for (let page = 4; page < 12; page++) flipByte(file, page * 16_384 + 100);
		};
		const told: unknown[] = [];
		const onDamage = async (...words: unknown[]) => void told.push(words);
		await expect(run({ tell: spoil, onDamage })).rejects.toThrow(/the copy's error log: .*MY-011906/);
		expect(told).toEqual([[expect.objectContaining({ instance: "mysql-0" }), expect.stringMatching(/MY-011906/)]]);
	});

	test("that fails for another reason accuses nobody", async () => {
		const onDamage = () => Promise.reject(new Error("accused"));
		await expect(run({ scratchBytes: 100 * 2 ** 20, onDamage })).rejects.toThrow(/backup.scratch/);
	});

	test.each(["copying mysql-0 (primary)", "booting the copy", "verifying pages", "storing"])(
		"that is ended while it is %s is in no catalogue, and leaves nothing behind",
		async (phase) => {
			const before = await catalogue();
			const stop = new AbortController();
			const tell = ({ step }: Progress) => {
				if (step === phase) stop.abort(new Error("told to end"));
			};
			await expect(run({ kind: "incremental", signal: stop.signal, tell })).rejects.toThrow("told to end");
			expect(await catalogue()).toEqual(before);
			expect(await keysIn(stores[0], `repository/${cluster}/locks/`)).toEqual([]);
			const left = await readdir(volume);
			expect(left.filter((name) => !name.startsWith("restic-"))).toEqual([]);
		},
	);

	test("comes after one that was ended before it was copied, and brings that one along", async () => {
		const stop = new AbortController();
		const tell = ({ step }: Progress) => {
			if (step === "copying to the other stores") stop.abort(new Error("told to end"));
		};
		await expect(run({ kind: "incremental", signal: stop.signal, tell })).rejects.toThrow("told to end");
		const [ended] = (await catalogue()).backups.slice(-1);
		expect(ended?.stores).toMatchObject({ "store-1": { id: ended?.id }, "store-2": "missing" });
		await mkdir(join(volume, "backup", "data"), { recursive: true });
		const { entry, copied } = await run({ kind: "incremental" });
		expect(copied).toEqual([{ store: "store-2", backups: [ended?.id, entry.id] }]);
	});
});

function flipByte(file: string, at: number): void {
	const fd = openSync(file, "r+");
	const byte = Buffer.alloc(1);
	readSync(fd, byte, 0, 1, at);
	writeSync(fd, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at);
	closeSync(fd);
}

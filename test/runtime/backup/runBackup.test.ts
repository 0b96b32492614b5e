/** Backups from a real donor into real stores: by CLONE, mysqldump and restic. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { readCatalogue } from "../../../runtime/backup/catalogue.ts";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import type { Progress } from "../../../runtime/backup/progress.ts";
import { rebuildCatalogue } from "../../../runtime/backup/rebuildCatalogue.ts";
import { type BackupRun, runBackup } from "../../../runtime/backup/runBackup.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { cluster, DonorServer } from "./donorServer.ts";
import { keysIn, storesUp, type TestStore } from "./stores.ts";

jest.setTimeout(600_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("mysqld", "mysql", "mysqldump", "innochecksum", "restic");

(can ? describe : describe.skip)("a backup", () => {
	let donor: DonorServer;
	let stores: readonly [TestStore, TestStore];
	const volume = temporary("volume");
	const keys = { key: newBackupKey(), recoveryKey: newBackupKey() };
	const told: Progress[] = [];

	const run = (given: Partial<BackupRun> = {}) =>
		runBackup({
			...{ cluster, kind: "full", volume, keys, stores, access: donor.access, record: donor.record },
			scratchBytes: 64 * 2 ** 30,
			bufferPool: 64 * 2 ** 20,
			tell: (progress) => void told.push(progress),
			signal: new AbortController().signal,
			...given,
		});

	beforeAll(async () => {
		[donor, stores] = await Promise.all([DonorServer.up(), storesUp(program as string)]);
		await donor.run(
			"CREATE DATABASE shop",
			"CREATE TABLE shop.orders (id INT PRIMARY KEY, note VARCHAR(200), KEY (note))",
			`INSERT INTO shop.orders WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM n WHERE id < 1000)
			 SELECT id, CONCAT('note ', id) FROM n`,
			"CREATE DATABASE `odd ``name`",
			"CREATE TABLE `odd ``name`.`t.1` (a INT PRIMARY KEY)",
		);
	});
	afterAll(async () => {
		await donor?.down();
		for (const { gateway } of stores ?? []) await gateway.stop();
	});

	test("is copied, booted, checked, in both stores and in both catalogues", async () => {
		const gtid = await donor.value("@@GLOBAL.gtid_executed");
		const { entry, copied, away } = await run();
		console.log(JSON.stringify({ entry, copied, away }, null, 1), told.map((t) => JSON.stringify(t)).join("\n"));
		expect(away).toEqual([]);
		expect(entry.gtidExecuted).toBe(gtid);
	});
	test("logical", async () => {
		told.splice(0);
		const { entry, copied, away } = await run({ kind: "logical" });
		console.log(JSON.stringify({ entry, copied, away }, null, 1), told.map((t) => JSON.stringify(t)).join("\n"));
		console.log(
			JSON.stringify(
				await readCatalogue(
					stores.map((s) => s.objects),
					cluster,
				),
			),
			keysIn,
			rebuildCatalogue,
		);
	});
});

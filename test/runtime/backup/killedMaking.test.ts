/** A backup's job that is killed while it makes a backup, or whose mysqld is. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { readCatalogue } from "../../../runtime/backup/catalogue.ts";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import { KilledProcess } from "../killedProcess.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { StalledLine } from "../stalledLine.ts";
import { versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { type BackupOptions, backUp } from "./backupChild.ts";
import { cluster, DonorServer } from "./donorServer.ts";
import { storesUp, type TestStore } from "./stores.ts";

jest.setTimeout(300_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("mysqld", "mysql", "mysqldump", "innochecksum", "restic");
const child = join(import.meta.dirname, "backupChild.ts");
/** In the middle of a copy: an empty server is tens of megabytes. */
const middle = 5_000_000;

(can ? describe : describe.skip)("a backup's job that is killed", () => {
	let donor: DonorServer;
	let stores: readonly [TestStore, TestStore];
	const keys = { key: newBackupKey(), recoveryKey: newBackupKey() };
	/** A container that is started anew in its pod finds what the one before left. */
	const volume = temporary("volume");

	beforeAll(async () => {
		[donor, stores] = await Promise.all([DonorServer.up(), storesUp(program as string)]);
		await donor.run("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)");
	});
	afterAll(async () => {
		await donor?.down();
		for (const { gateway } of stores ?? []) await gateway.stop();
	});

	const options = (
		port = donor.access.reach("mysql-0").port,
		kind: BackupOptions["kind"] = "incremental",
	): BackupOptions => ({
		...{ cluster, kind, volume, keys, access: donor.access, port, record: donor.record },
		stores: stores.map(({ gateway: { store, keys: own } }) => ({ store, keys: own })),
	});
	const catalogue = () =>
		readCatalogue(
			stores.map(({ objects }) => objects),
			cluster,
		);
	const scratch = async () => (await readdir(volume)).filter((name) => !name.startsWith("restic-"));

	const killed = async (given: BackupOptions, when: (job: KilledProcess) => Promise<unknown>) => {
		const job = new KilledProcess(child, given);
		try {
			await job.until(when(job));
		} finally {
			await job.kill();
		}
		expect(await catalogue()).toMatchObject({ backups: [], faults: [] });
		expect(await scratch()).toEqual(["backup"]);
	};

	test("in the middle of CLONE leaves nothing in a catalogue", async () => {
		const line = await StalledLine.to(options().port, middle);
		await killed(options(line.port), () => line.stalled);
		await line.stop();
	});

	test.each(["copying mysql-0 (primary)", "booting the copy", "verifying pages"])(
		"while it is %s leaves nothing in a catalogue",
		async (step) => killed(options(), (job) => job.says((line) => line === step)),
	);

	test.each(["dumping mysql-0 (primary)", "loading the dump", "checking tables"])(
		"while a logical one is %s leaves nothing in a catalogue",
		async (step) => killed(options(undefined, "logical"), (job) => job.says((line) => line === step)),
	);

	test("or whose mysqld is killed in the middle of CLONE says so, and leaves nothing at all", async () => {
		const line = await StalledLine.to(options().port, middle);
		const running = backUp(options(line.port), () => {});
		const refused = expect(running).rejects.toThrow(/mysqld did not end cleanly \(SIGKILL\)/);
		await Promise.race([line.stalled, refused]);
		process.kill(Number(await readFile(join(volume, "backup", "mysqld.pid"), "utf8")), "SIGKILL");
		await refused;
		await line.stop();
		expect(await catalogue()).toMatchObject({ backups: [], faults: [] });
		expect(await scratch()).toEqual([]);
	});

	test("is followed by one that does all of it", async () => {
		const made: string[] = [];
		for (const kind of ["incremental", "logical"] as const) {
			const { entry, away, copied } = await backUp(options(undefined, kind), () => {});
			expect({ away, copied }).toEqual({ away: [], copied: [{ store: "store-2", backups: [entry.id] }] });
			made.push(entry.id);
		}
		expect((await catalogue()).backups.map(({ id }) => id)).toEqual(made);
		expect(await scratch()).toEqual([]);
	});
});

/** The care of what is stored, killed at each of its steps: nothing that is kept is lost, and the next one goes on. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { assertSound } from "../../../runtime/backup/care.ts";
import { readStoreCatalogue } from "../../../runtime/backup/catalogue.ts";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import { type BackupNotes, writeNotes } from "../../../runtime/backup/notes.ts";
import { restic } from "../../../runtime/backup/restic.ts";
import { snapshots } from "../../../runtime/backup/snapshots.ts";
import { storeBackup } from "../../../runtime/backup/storeBackup.ts";
import { KilledProcess } from "../killedProcess.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { type Aim, FaultyProxy } from "../store/faultyProxy.ts";
import { versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { careOf } from "./careChild.ts";
import { cluster } from "./donorServer.ts";
import { storesUp, type TestStore } from "./stores.ts";

jest.setTimeout(600_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("restic");
const child = join(import.meta.dirname, "careChild.ts");
const day = 86_400_000;

(can ? describe : describe.skip)("the care of what is stored, killed", () => {
	let store: TestStore;
	let other: TestStore;
	let proxy: FaultyProxy;
	const keys = { key: newBackupKey(), recoveryKey: newBackupKey() };
	const context = { keys, folder: temporary("killed-care") };
	let made = 0;

	beforeAll(async () => {
		[store, other] = await storesUp(program as string);
		proxy = await FaultyProxy.before(store.gateway.store);
	});
	afterAll(async () => {
		await proxy?.stop();
		for (const one of [store, other]) await one?.gateway.stop();
	});

	const backup = async () => {
		const folder = temporary("made");
		const id = `backup-${String(++made).padStart(2, "0")}`;
		const startedAt = new Date(Date.now() + made).toISOString();
		await writeFile(join(folder, "content"), `the content of ${id} `.repeat(1000));
		const notes: BackupNotes = {
			...{ version: 1, id, cluster, kind: "incremental", startedAt, term: 1, mysqlVersion: "9.7.4", bytes: 1 },
			source: { instance: "mysql-1", server: "3e11fa47-71ca-11e1-9e33-c80aa9429562", role: "replica" },
			gtidExecuted: "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9",
			booted: { at: startedAt, seconds: 1, tables: 1, checks: [] },
		};
		await writeNotes(folder, notes);
		await storeBackup([store], context, { folder, excludes: [], notes }, () => {});
		return id;
	};
	/** Some days after all of them were made: the first and the last stay. */
	const options = (endpoint = store.gateway.store.endpoint as string) => ({
		...{ cluster, keys, folder: temporary("volume"), now: new Date(Date.now() + 4 * day).toISOString() },
		stores: [{ store: { ...store.gateway.store, endpoint }, keys: store.gateway.keys }],
	});
	const held = async () => (await snapshots(store.repository, context)).map(({ backup: id }) => id ?? "").sort();
	const listed = async () => (await readStoreCatalogue(store.objects, cluster)).entries.map(({ id }) => id).sort();

	const phases: readonly [string, Aim][] = [
		["before it forgets", { method: "DELETE", path: `repository/${cluster}/snapshots/` }],
		["before it writes the pruned index", { method: "PUT", path: `repository/${cluster}/index/` }],
		["before it deletes data", { method: "DELETE", path: `repository/${cluster}/data/` }],
		["before the entry goes", { method: "DELETE", path: `backups/${cluster}/` }],
	];
	test.each(phases)("%s, keeps all that is to be kept, and the next one comes to its end", async (_, aim) => {
		const first = (await listed())[0] ?? (await backup());
		const gone = await backup();
		const last = await backup();
		const met = proxy.fail({ kind: "silent" }, aim) as Promise<void>;
		const job = new KilledProcess(child, options(proxy.endpoint));
		try {
			await job.until(met);
		} finally {
			await job.kill();
			proxy.mend();
		}
		for (const list of [await held(), await listed()]) expect(list).toEqual(expect.arrayContaining([first, last]));
		const report = await careOf(options());
		expect(report.away).toEqual([]);
		expect(report.stores[0]).toMatchObject({ lost: [], undeletable: [], damage: null });
		expect(() => assertSound(report)).not.toThrow();
		for (const list of [await held(), await listed()]) {
			expect(list).toEqual([first, last]);
			expect(list).not.toContain(gone);
		}
		await restic(store.repository, context, { args: ["check", "--read-data"] });
	});
});

/** Entries that are locked for longer than their backups are kept, over weeks: a real repository in a store with object lock. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { milliseconds } from "../../../objectives/duration.ts";
import type { BackupStore } from "../../../runtime/backup/backupStore.ts";
import { assertSound, care } from "../../../runtime/backup/care.ts";
import { readStoreCatalogue } from "../../../runtime/backup/catalogue.ts";
import { ensureRepository } from "../../../runtime/backup/ensureRepository.ts";
import { type BackupKind, entryKey, verifiedKey } from "../../../runtime/backup/entry.ts";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import { type BackupNotes, entryOf } from "../../../runtime/backup/notes.ts";
import { restic } from "../../../runtime/backup/restic.ts";
import { backupTag, snapshots } from "../../../runtime/backup/snapshots.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { Gateway, versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { cluster } from "./donorServer.ts";
import { backupStore } from "./storePlace.ts";

jest.setTimeout(600_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("restic");
const day = 86_400_000;
const days = (count: number) => milliseconds(count * day);
const retention = { full: days(35), incremental: days(7), logical: days(14), archive: days(35) };
const begin = Date.parse("2026-01-01T02:00:00.000Z");
const at = (later: number) => new Date(begin + later * day);

(can ? describe : describe.skip)("care of a store that locks what is written once", () => {
	let gateway: Gateway;
	let store: BackupStore;
	const folder = temporary("locked-care");
	const context = { keys: { key: newBackupKey(), recoveryKey: newBackupKey() }, folder };

	/** As it would have been stored on that day. */
	const storeOn = async (later: number, kind: BackupKind) => {
		const id = `day-${String(later).padStart(2, "0")}-${kind}`;
		const made = temporary("made");
		await writeFile(join(made, "content"), `the content of ${id} `.repeat(100));
		const args = ["backup", ".", "--tag", backupTag(id)];
		await restic(store.repository, context, { args, folder: made });
		const [snapshot] = await snapshots(store.repository, context, id);
		if (snapshot === undefined) throw new Error(`no snapshot of ${id}`);
		const startedAt = at(later + (kind === "full" ? 0 : 0.1)).toISOString();
		const notes: BackupNotes = {
			...{ version: 1, id, cluster, kind, startedAt, term: 1, mysqlVersion: "9.7.4", bytes: 1 },
			source: { instance: "mysql-1", server: "3e11fa47-71ca-11e1-9e33-c80aa9429562", role: "replica" },
			gtidExecuted: "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9",
			booted: { at: startedAt, seconds: 1, tables: 1, checks: [] },
		};
		const entry = entryOf(notes, { ...snapshot, finishedAt: startedAt });
		await store.objects.put(entryKey(cluster, id), Buffer.from(JSON.stringify(entry)), "once");
		return id;
	};
	const careOn = (later: number) =>
		care({ cluster, stores: [store], context, retention, now: at(later), tell: () => {} });

	beforeAll(async () => {
		gateway = await Gateway.up(program as string);
		await gateway.makeBucket("locking", { objectLock: true });
		const settings = { ...gateway.store, bucket: "locking", objectLock: { mode: "governance", days: 35 } } as const;
		store = backupStore({ store: settings, keys: gateway.keys }, cluster);
		await ensureRepository(store, [store], context, cluster);
	});
	afterAll(() => gateway?.stop());

	test("over 40 days shows no backup that is gone, loses none that a restore needs, and always comes to prune", async () => {
		for (let today = 0; today <= 40; today += 8) {
			const full = await storeOn(today, "full");
			await storeOn(today, "incremental");
			await store.objects.put(verifiedKey(cluster, full, at(today).toISOString()), Buffer.from("{}"), "once");
			const report = await careOn(today + 0.5);
			expect(report.away).toEqual([]);
			expect(report.stores[0]).toMatchObject({ undeletable: [], lost: [] });
			expect(() => assertSound(report)).not.toThrow();
			const there = (await snapshots(store.repository, context)).map(({ backup }) => backup as string).sort();
			const { entries } = await readStoreCatalogue(store.objects, cluster);
			expect(entries.map(({ id }) => id)).toEqual(there);
		}
		const left = (await readStoreCatalogue(store.objects, cluster)).entries.map(({ id }) => id);
		// A restore to the oldest wanted second, 35 days before, begins with day 0.
		expect(left.filter((id) => id.endsWith("full"))[0]).toBe("day-00-full");
		expect(left.filter((id) => id.endsWith("incremental"))).toEqual(["day-40-incremental"]);
	});
});

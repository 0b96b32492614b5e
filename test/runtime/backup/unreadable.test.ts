/** restic could not read all of a backup, and has made a snapshot of the rest. */
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { findOnPath } from "../../../local/tools/onPath.ts";
import { copyMissing } from "../../../runtime/backup/copyMissing.ts";
import { entryPrefix } from "../../../runtime/backup/entry.ts";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import { type BackupNotes, writeNotes } from "../../../runtime/backup/notes.ts";
import { snapshots } from "../../../runtime/backup/snapshots.ts";
import { storeBackup } from "../../../runtime/backup/storeBackup.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { cluster } from "./donorServer.ts";
import { keysIn, storesUp, type TestStore } from "./stores.ts";

jest.setTimeout(600_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("restic");

(can ? describe : describe.skip)("a backup of which restic could not read all", () => {
	let stores: readonly [TestStore, TestStore];
	const path = process.env.PATH;
	beforeEach(async () => {
		stores = await storesUp(program as string);
	});
	afterEach(async () => {
		process.env.PATH = path;
		for (const { gateway } of stores ?? []) await gateway.stop();
	});

	/** As restic ends then; whoever runs the tests may be root, who can read everything. */
	const endsWith3 = async () => {
		const folder = temporary("programs");
		const script = `#!/bin/sh\n'${findOnPath("restic")}' "$@"\ncode=$?\nfor word; do [ "$word" = backup ] && exit 3; done\nexit $code\n`;
		await writeFile(join(folder, "restic"), script);
		await chmod(join(folder, "restic"), 0o755);
		process.env.PATH = [folder, path].join(delimiter);
	};

	test("is in no repository by its name, and in no catalogue, then or later", async () => {
		const made = temporary("made");
		await writeFile(join(made, "content"), "what could be read");
		const at = new Date(0).toISOString();
		const notes: BackupNotes = {
			...{ version: 1, id: "partly", cluster, kind: "full", startedAt: at, term: 1, mysqlVersion: "9.7.4", bytes: 1 },
			source: { instance: "mysql-1", server: "3e11fa47-71ca-11e1-9e33-c80aa9429562", role: "replica" },
			gtidExecuted: "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9",
			booted: { at, seconds: 1, tables: 1, checks: [] },
		};
		await writeNotes(made, notes);
		const context = { keys: { key: newBackupKey(), recoveryKey: newBackupKey() }, folder: temporary("work") };
		await endsWith3();
		const stored = storeBackup(stores, context, { folder: made, excludes: [], notes }, () => {});
		await expect(stored).rejects.toThrow(/no store took the backup: store-1: .*store-2: /);
		process.env.PATH = path;
		expect(await copyMissing(stores, context, cluster)).toMatchObject({ copied: [], away: [] });
		for (const store of stores) {
			expect(await snapshots(store.repository, context)).toEqual([]);
			expect(await keysIn(store, entryPrefix(cluster))).toEqual([]);
		}
	});
});

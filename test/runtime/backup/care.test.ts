/** Stored backups are kept in order: real repositories in real stores, holding little. */

import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { findOnPath } from "../../../local/tools/onPath.ts";
import { milliseconds } from "../../../objectives/duration.ts";
import { assertSound, type CareReport, care, partOf } from "../../../runtime/backup/care.ts";
import { copyMissing } from "../../../runtime/backup/copyMissing.ts";
import { entryPrefix, repositoryPath, verifiedKey } from "../../../runtime/backup/entry.ts";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import { type BackupNotes, writeNotes } from "../../../runtime/backup/notes.ts";
import { storeBackup } from "../../../runtime/backup/storeBackup.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { cluster } from "./donorServer.ts";
import { keysIn, storesUp, type TestStore } from "./stores.ts";

jest.setTimeout(600_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("restic");
const day = 86_400_000;
const days = (count: number) => milliseconds(count * day);
const retention = { full: days(10), incremental: days(3), logical: days(10), archive: days(7) };

(can ? describe : describe.skip)("care", () => {
	let stores: readonly [TestStore, TestStore];
	const folder = temporary("care");
	const context = { keys: { key: newBackupKey(), recoveryKey: newBackupKey() }, folder };
	const today = new Date();

	/** `later`: days after the backups were made. */
	const run = (later: number, of: readonly TestStore[] = stores, kept = retention): Promise<CareReport> => {
		const now = new Date(today.getTime() + later * day);
		return care({ cluster, stores: of, context, retention: kept, now, tell: () => {} });
	};
	const ofStore = (report: CareReport, name: string) => report.stores.find(({ store }) => store === name);

	const store = async (id: string, kind: BackupNotes["kind"], to: readonly TestStore[] = stores) => {
		today.setTime(today.getTime() + 1000);
		const made = temporary("made");
		await writeFile(join(made, "content"), `the content of ${id} `.repeat(1000));
		const notes: BackupNotes = {
			...{ version: 1, id, cluster, kind, startedAt: today.toISOString(), term: 1, mysqlVersion: "9.7.4", bytes: 1 },
			source: { instance: "mysql-1", server: "3e11fa47-71ca-11e1-9e33-c80aa9429562", role: "replica" },
			gtidExecuted: "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9",
			booted: { at: today.toISOString(), seconds: 1, tables: 1, checks: [] },
		};
		await writeNotes(made, notes);
		await storeBackup(to, context, { folder: made, excludes: [], notes }, () => {});
	};

	beforeAll(async () => {
		stores = await storesUp(program as string);
		for (let n = 0; n < 3; n++) await store(`backup-${n}`, "incremental");
		await copyMissing(stores, context, cluster);
	});
	afterAll(async () => {
		for (const { gateway } of stores ?? []) await gateway.stop();
	});

	test("lets nothing go that is young, and finds everything sound", async () => {
		const report = await run(0);
		expect(report).toMatchObject({ copied: [], away: [] });
		expect(report.stores).toHaveLength(2);
		for (const one of report.stores) {
			expect(one).toMatchObject({ forgotten: [], undeletable: [], lost: [], faults: [], damage: null });
			expect(one.checked).toBe(partOf(today));
		}
		expect(() => assertSound(report)).not.toThrow();
	});

	test("copies what one store lacks", async () => {
		await store("backup-3", "incremental", [stores[1]]);
		const report = await run(0);
		expect(report.copied).toEqual([{ store: "store-1", backups: ["backup-3"] }]);
	});

	test("lets go of what is too old, with its snapshot, its entry and its proofs, in both stores", async () => {
		const proof = verifiedKey(cluster, "backup-1", today.toISOString());
		for (const { objects } of stores) await objects.put(proof, Buffer.from("{}"), "once");
		const before = await keysIn(stores[0], `${repositoryPath(cluster)}/snapshots/`);
		expect(before).toHaveLength(4);
		const report = await run(4);
		for (const one of stores) {
			// The oldest is what the archive is replayed from, backup-1 the newest that was proved, backup-3 the newest.
			expect(ofStore(report, one.gateway.store.name)?.forgotten).toEqual(["backup-2"]);
			const names = ["backup-0", "backup-1", "backup-3"].map((id) => `${entryPrefix(cluster)}${id}.json`);
			expect(await keysIn(one, entryPrefix(cluster))).toEqual(names);
			expect(await keysIn(one, `${repositoryPath(cluster)}/snapshots/`)).toHaveLength(3);
		}
		expect(report.copied).toEqual([]);
	});

	test("does not bring back from one store what was let go in the other while it was away", async () => {
		await store("backup-4", "incremental");
		await copyMissing(stores, context, cluster);
		for (const id of ["backup-3", "backup-4"]) {
			const proof = verifiedKey(cluster, id, today.toISOString());
			for (const { objects } of stores) await objects.put(proof, Buffer.from("{}"), "once");
		}
		await stores[1].gateway.stop();
		const report = await run(4);
		expect(report.away.map(({ store: name }) => name)).toEqual(["store-2"]);
		expect(ofStore(report, "store-1")?.forgotten).toEqual(["backup-1", "backup-3"]);
		await stores[1].gateway.start();
		const next = await run(4);
		expect(ofStore(next, "store-2")?.forgotten).toEqual(["backup-1", "backup-3"]);
		expect(next.copied).toEqual([]);
	});

	test("says which backup the catalogue has and the repository has lost", async () => {
		const [first] = stores;
		const [snapshot = ""] = await keysIn(first, `${repositoryPath(cluster)}/snapshots/`);
		const body = (await first.objects.get(snapshot)) as Buffer;
		await first.objects.remove(snapshot);
		const report = await run(0, [first]);
		const lost = ofStore(report, "store-1")?.lost ?? [];
		expect(lost).toHaveLength(1);
		expect(() => assertSound(report)).toThrow(`backup ${lost[0]} is not in the repository any more`);
		await first.objects.put(snapshot, body, "once");
	});

	test.each<[string, string, (bodies: readonly [Buffer, Buffer]) => readonly [Buffer, Buffer]]>([
		["a truncated pack", "data", ([one, other]) => [one.subarray(0, -7), other]],
		["two packs in each other's place", "data", ([one, other]) => [other, one]],
		["two snapshots in each other's place", "snapshots", ([one, other]) => [other, one]],
	])("finds %s, and names the file", async (_, kind, damage) => {
		const [first] = stores;
		const keys = (await keysIn(first, `${repositoryPath(cluster)}/${kind}/`)).slice(0, 2);
		const bodies = (await Promise.all(keys.map((key) => first.objects.get(key)))) as [Buffer, Buffer];
		const put = async (written: readonly [Buffer, Buffer]) => {
			for (const [n, key] of keys.entries()) await first.objects.put(key, written[n] as Buffer, "replace");
		};
		await put(damage(bodies));
		try {
			const said: string[] = [];
			for (let later = 0; later < 7; later++) {
				const report = await run(later, [first], { ...retention, incremental: days(100) });
				expect(report.away).toEqual([]);
				said.push(ofStore(report, "store-1")?.damage ?? "");
			}
			const names = keys.map((key) => key.slice(key.lastIndexOf("/") + 1, key.lastIndexOf("/") + 9));
			expect(said.join("\n")).toMatch(new RegExp(names.join("|")));
		} finally {
			await put(bodies);
		}
	});

	test("says of a store that goes away while it is checked that it is away, not that it is damaged", async () => {
		const [, second] = stores;
		const path = process.env.PATH;
		const script = `#!/bin/sh\nfor word; do [ "$word" = check ] && exit 1; done\nexec '${findOnPath("restic")}' "$@"\n`;
		const programs = temporary("programs");
		await writeFile(join(programs, "restic"), script, { mode: 0o755 });
		process.env.PATH = [programs, path].join(delimiter);
		try {
			const stopped: Promise<void>[] = [];
			const tell = ({ step }: { readonly step: string }) => {
				if (step.startsWith("reading") && step.endsWith("store-2")) stopped.push(second.gateway.stop());
			};
			const report = await care({ cluster, stores, context, retention, now: today, tell });
			expect(stopped).toHaveLength(1);
			await stopped[0];
			expect(ofStore(report, "store-1")?.damage).toMatch(/restic check/);
			expect(report.stores.map(({ store: name }) => name)).toEqual(["store-1"]);
			expect(report.away).toEqual([{ store: "store-2", error: expect.stringMatching(/^store store-2: head /) }]);
		} finally {
			process.env.PATH = path;
			await second.gateway.start();
		}
	});

	test("finds a wrong byte in the repository within the days in which all of it is read", async () => {
		const [first] = stores;
		const packs = await keysIn(first, `${repositoryPath(cluster)}/data/`);
		const pack = packs[0] ?? "";
		const body = (await first.objects.get(pack)) as Buffer;
		body.writeUInt8(body.readUInt8(10) ^ 1, 10);
		await first.objects.put(pack, body, "replace");
		const damage: string[] = [];
		for (let later = 0; later < 7; later++) {
			const report = await run(later, [first], { ...retention, incremental: days(100) });
			expect(report.away).toEqual([]);
			const found = ofStore(report, "store-1")?.damage ?? null;
			if (found !== null) damage.push(found);
		}
		expect(damage.length).toBeGreaterThan(0);
		expect(damage[0]).toMatch(/store store-1: restic check: /);
	});
});

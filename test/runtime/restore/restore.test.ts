/** Restores of a real server's history, compared with what mysqlbinlog shows of it. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import type { BackupStore } from "../../../runtime/backup/backupStore.ts";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import { formatGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { Progress } from "../../../runtime/restore/progress.ts";
import { type Restored, type RestoreWork, restore } from "../../../runtime/restore/restore.ts";
import { formatMicros, parseTarget } from "../../../runtime/restore/target.ts";
import { scratchPaths } from "../../../runtime/scratch/scratchCnf.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { RealMysqld } from "../realMysqld.ts";
import { temporary } from "../temporary.ts";
import type { MemoryStore } from "./memoryStore.ts";
import { cluster, heldBy, keys, RestoreScene, segmentKey, serverSettings, type Written } from "./restoreScene.ts";

jest.setTimeout(600_000);
const suite = hasPrograms("mysqld", "mysqlbinlog", "restic") ? describe : describe.skip;

/** The primary of the second term. */
const later = "bbbbbbbb-0000-0000-0000-000000000002";

/** In the order of the history, each further than the one before: half of them GTIDs, half times. */
function randomTargets(written: readonly Written[], beyond: number): { target: string; stop: number }[] {
	const places = fc.uniqueArray(fc.integer({ min: beyond, max: written.length - 1 }), { minLength: 60, maxLength: 60 });
	const targets = (fc.sample(places, 1)[0] ?? []).map((place, index) => {
		const { gtid, at } = written[place] as Written;
		if (index % 2 === 0) return { target: gtid, stop: place + 1 };
		const past = written.findIndex((one) => one.at > at);
		return { target: formatMicros(at), stop: past === -1 ? written.length : past };
	});
	const further = targets.filter(({ stop }) => stop > beyond).sort((a, b) => a.stop - b.stop);
	return further.filter(({ stop }, index) => stop !== further[index - 1]?.stop);
}

suite("a restore", () => {
	let scene: RestoreScene;
	/** The history that survived, in its order. */
	let written: Written[];
	let lost: Written[];
	let restored: Restored | null = null;
	const folder = temporary("restored");
	const progress: Progress[] = [];
	const notes: string[] = [];

	const work = (given: Partial<RestoreWork> = {}): RestoreWork => ({
		cluster,
		stores: scene.stores,
		key: keys.key,
		folder,
		bufferPool: 64 * 2 ** 20,
		// Several batches even of so little.
		batchBytes: 64 * 2 ** 10,
		report: (one) => progress.push(one),
		onNote: (note) => notes.push(note),
		...given,
	});
	const to = async (target: string, given: Partial<RestoreWork> = {}) => {
		restored = await restore(parseTarget(target), work(given));
		return restored;
	};
	const rows = async ({ copy }: Restored) => {
		const [found = []] = await copy.session.run("SELECT n FROM app.ledger ORDER BY n", 60_000);
		return found.map(({ n }) => Number(n));
	};
	const rowsOf = (list: readonly Written[]) => list.flatMap((one) => one.rows).sort((a, b) => a - b);
	const objects = (index: number) => ((scene.stores[index] as BackupStore).objects as MemoryStore).objects;
	/** For one test. */
	const damaged = async (
		change: (store: Map<string, Buffer>) => void,
		stores: readonly number[],
		act: () => Promise<void>,
	) => {
		const kept = stores.map((index) => new Map(objects(index)));
		for (const index of stores) change(objects(index));
		try {
			await act();
		} finally {
			for (const [place, index] of stores.entries()) {
				objects(index).clear();
				for (const [key, body] of kept[place] ?? []) objects(index).set(key, body);
			}
		}
	};

	beforeAll(async () => {
		const server = await RealMysqld.up("source", serverSettings);
		scene = new RestoreScene(server);
		await server.sql(`CREATE DATABASE app; CREATE TABLE app.ledger (n INT PRIMARY KEY, text VARCHAR(100));
CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'somewhere', SOURCE_AUTO_POSITION = 1`);
		await scene.write(1, 200);
		await scene.backup();
		await scene.write(201, 600);
		await server.sql("FLUSH BINARY LOGS");
		await scene.write(601, 800);
		await scene.backup();
		await scene.write(801, 1200);
		await scene.archive(90);
		const sound = (await scene.written()).length;
		await scene.write(1201, 1220);
		await scene.archive(90);
		const all = await scene.written();
		lost = all.slice(sound);
		await scene.orphan(2, formatGtidSet(heldBy(lost)));
		for (let n = 1; n <= 20; n++) {
			await server.sql(`SET gtid_next = '${later}:${n}'; INSERT INTO app.ledger VALUES (${1300 + n}, 'term 2')`);
		}
		await server.sql(`SET gtid_next = '${later}:21'; CREATE DATABASE IF NOT EXISTS app`);
		await server.sql("FLUSH BINARY LOGS");
		for (let n = 22; n <= 61; n++) {
			const change = (row: number) => `UPDATE app.ledger SET text = '${n}' WHERE n = ${1 + (row % 3)}`;
			await server.sql(`SET gtid_next = '${later}:${n}'; BEGIN; ${change(n)}; ${change(n + 1)}; COMMIT`);
		}
		await scene.archive(90, { term: 2 });
		written = [...all.slice(0, sound), ...(await scene.written()).slice(all.length)];
	});
	afterEach(async () => {
		await restored?.copy.stop();
		restored = null;
		await rm(folder, { recursive: true, force: true });
		notes.length = 0;
	});
	afterAll(() => scene?.server.kill());

	test("to the latest has every row but those that a failover orphaned, is read-only, and tells how far it is", async () => {
		const done = await to("latest");
		expect(lost).toHaveLength(20);
		expect(await rows(done)).toEqual(rowsOf(written));
		expect(formatGtidSet(await done.copy.gtids())).toBe(formatGtidSet(heldBy(written)));
		await expect(done.copy.session.run("CREATE DATABASE other", 10_000)).rejects.toThrow(/read.only/);
		expect(progress.findLast(({ step }) => step === "restoring the backup")).toMatchObject({ unit: "bytes" });
		expect(progress.findLast(({ step }) => step === "applying the archive")).toMatchObject({ unit: "transactions" });
		expect(done.measured.replay.transactions).toBe(461);
		// What depends on what is numbered anew in each binary log: nothing was applied before what it depends on.
		expect(await readFile(scratchPaths(folder).log, "utf8")).not.toMatch(/Lock wait timeout|Deadlock/);
	});

	test("goes on to twenty random GTIDs and times, and holds exactly what was committed until then at each", async () => {
		const done = await to(written[250]?.gtid ?? "");
		expect(await rows(done)).toEqual(rowsOf(written.slice(0, 251)));
		const chosen = randomTargets(written, 251).slice(0, 20);
		expect(chosen).toHaveLength(20);
		for (const { target, stop } of chosen) {
			await done.copy.resume(parseTarget(target));
			expect(await rows(done)).toEqual(rowsOf(written.slice(0, stop)));
		}
	});

	test("does not go back, nor on once it was opened", async () => {
		const done = await to(written[300]?.gtid ?? "");
		await expect(done.copy.resume(parseTarget(written[280]?.gtid ?? ""))).rejects.toThrow(/cannot go back/);
		await done.copy.open();
		await done.copy.session.run("INSERT INTO app.ledger VALUES (9999, 'ours')", 10_000);
		expect((await done.copy.status()).state).toBe("open");
		await expect(done.copy.resume({ kind: "latest" })).rejects.toThrow(/history of its own/);
	});

	test("never to a transaction that a failover orphaned, nor beyond the archive", async () => {
		await expect(to(lost[3]?.gtid ?? "")).rejects.toThrow(/never happened: term 2 began without it/);
		await expect(to("2099-01-01T00:00:00Z")).rejects.toThrow(/the archive reaches from .* to /);
	});

	test("with another key says that it is the key", async () => {
		const key = newBackupKey();
		await expect(to("latest", { key })).rejects.toThrow(/the backup key does not open this repository/);
		await expect(to(written[900]?.gtid ?? "", { key })).rejects.toThrow(/wrong key/);
	});

	test("with the recovery key does the same", async () => {
		const access = scene.stores.map((store) => store.repository);
		for (const one of access) await scene.addRecoveryKey(one);
		expect(await rows(await to("latest", { key: keys.recoveryKey }))).toEqual(rowsOf(written));
	});

	test.each([
		["truncated", (body: Buffer) => body.subarray(0, body.length - 10)],
		["corrupted", (body: Buffer) => Buffer.concat([body.subarray(0, -1), Buffer.from([(body.at(-1) ?? 0) ^ 1])])],
	])("reads a segment that is %s in one store from the other, and says so", async (fault, change) => {
		const key = segmentKey(cluster, 12);
		const damage = (store: Map<string, Buffer>) => void store.set(key, change(store.get(key) ?? Buffer.alloc(0)));
		await damaged(damage, [0], async () => {
			expect(await rows(await to("latest"))).toEqual(rowsOf(written));
			expect(notes.join()).toMatch(new RegExp(`segments/000000000012.segment: ${fault}.*read from store-2`));
		});
	});

	test("names a segment that is damaged in every store, deleted, or another's, and what is possible before it", async () => {
		const key = segmentKey(cluster, 12);
		const flip = (store: Map<string, Buffer>) => {
			const body = Buffer.from(store.get(key) ?? Buffer.alloc(0));
			body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
			store.set(key, body);
		};
		await damaged(flip, [0, 1], async () => {
			await expect(to("latest")).rejects.toThrow(/segment 12 cannot be used.*possible before it: --to 20/);
		});
		await damaged(
			(store) => void store.delete(key),
			[0, 1],
			async () => {
				await expect(to("latest")).rejects.toThrow(/segment 12 cannot be used \(it is in no store\)/);
			},
		);
		const swap = (store: Map<string, Buffer>) =>
			void store.set(key, store.get(segmentKey(cluster, 11)) ?? Buffer.alloc(0));
		await damaged(swap, [0, 1], async () => {
			await expect(to("latest")).rejects.toThrow(/segment 12 cannot be used.*swapped/);
		});
	});

	test("from an older backup where the newest is damaged everywhere, from the other store where it is in one", async () => {
		const newest = (store: Map<string, Buffer>) =>
			[...store.keys()]
				.filter((one) => one.startsWith("backups/"))
				.sort()
				.at(-1) ?? "";
		const lose = (store: Map<string, Buffer>) => {
			const entry = JSON.parse(String(store.get(newest(store))));
			store.set(newest(store), Buffer.from(JSON.stringify({ ...entry, snapshot: "0".repeat(64) })));
		};
		await damaged(lose, [0], async () => {
			const done = await to("latest");
			expect(notes.join()).toMatch(/store store-1: restic restore: .*restored from store-2/);
			expect(await rows(done)).toEqual(rowsOf(written));
			await done.copy.stop();
			restored = null;
		});
		await damaged(lose, [0, 1], async () => {
			const done = await to("latest");
			expect(done.plan.notes.join()).toMatch(/backup \S+-full-2 is passed over/);
			expect(done.plan.base.id).toContain("-full-1");
			expect(await rows(done)).toEqual(rowsOf(written));
		});
	});

	test("is refused before anything is begun where there is no room", async () => {
		const huge = (store: Map<string, Buffer>) => {
			for (const key of [...store.keys()].filter((one) => one.startsWith("backups/"))) {
				const entry = JSON.parse(String(store.get(key)));
				store.set(key, Buffer.from(JSON.stringify({ ...entry, bytes: 2 ** 50 })));
			}
		};
		await damaged(huge, [0, 1], async () => {
			await expect(to("latest")).rejects.toThrow(/has [\d,]+ MiB free, and the restored copy needs [\d,]+ MiB/);
		});
		await expect(rm(join(folder, "data"))).rejects.toMatchObject({ code: "ENOENT" });
	});
});

/** Restores that begin with a replica's volume as a snapshot holds it, and go on with the archive of a real store. */
import { existsSync, statSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { formatGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { GivenSnapshot } from "../../../runtime/restore/base.ts";
import { type Restored, type RestoreWork, restore } from "../../../runtime/restore/restore.ts";
import { parseTarget } from "../../../runtime/restore/target.ts";
import { scratchPaths } from "../../../runtime/scratch/scratchCnf.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { RealMysqld, until } from "../realMysqld.ts";
import { type SnapshotVolume, snapshotOfVolume, volumeFrom } from "../snapshot/volumeOf.ts";
import { Gateway, versitygw } from "../store/versitygw.ts";
import { cluster, heldBy, keys, RestoreScene, serverSettings, type Written } from "./restoreScene.ts";

jest.setTimeout(600_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("mysqld", "mysqlbinlog", "restic");

(can ? describe : describe.skip)("a restore that begins with a snapshot", () => {
	let gateway: Gateway;
	let scene: RestoreScene;
	let replica: RealMysqld;
	let taken: SnapshotVolume;
	let takenAt: string;
	let written: Written[];
	let restored: Restored | null = null;
	let notes: string[] = [];

	const held = () => written.findIndex(({ rows }) => rows.includes(101));
	const to = async (target: string, given: Partial<GivenSnapshot> = {}, change: Partial<RestoreWork> = {}) => {
		const volume = volumeFrom(taken);
		notes = [];
		const snapshot = { name: "s-1", takenAt, term: 1, gtidExecuted: taken.gtidExecuted, bytes: 2 ** 26, alone: false };
		restored = await restore(parseTarget(target), {
			cluster,
			stores: scene.stores,
			key: keys.key,
			folder: join(volume.folder, "restore"),
			bufferPool: 64 * 2 ** 20,
			report: () => {},
			onNote: (note) => notes.push(note),
			snapshot: { snapshot: { ...snapshot, ...given }, data: volume.data },
			...change,
		});
		return { ...restored, volume };
	};
	const rows = async ({ copy }: Restored) => {
		const [found = []] = await copy.session.run("SELECT n FROM app.ledger ORDER BY n", 60_000);
		return found.map(({ n }) => Number(n));
	};
	const rowsOf = (list: readonly Written[]) => list.flatMap((one) => one.rows).sort((a, b) => a - b);

	beforeAll(async () => {
		gateway = await Gateway.up(program as string);
		const source = await RealMysqld.up("source", serverSettings);
		scene = new RestoreScene(source, [gateway.open()]);
		replica = await RealMysqld.up("replica", ["--relay-log=relay", "--skip-replica-start", "--sync-binlog=1"]);
		await source.sql(`CREATE DATABASE app; CREATE TABLE app.ledger (n INT PRIMARY KEY, text VARCHAR(100));
CREATE USER replication IDENTIFIED BY 'r'; GRANT REPLICATION SLAVE ON *.* TO replication`);
		await replica.sql(`CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ${source.port},
SOURCE_USER = 'replication', SOURCE_PASSWORD = 'r', SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1; START REPLICA`);
		await scene.write(1, 40);
		await scene.backup();
		await scene.write(41, 100);
		// It changes nothing, so that only the binary log knows that it was executed.
		await source.sql("CREATE DATABASE IF NOT EXISTS app");
		const executed = (server: RealMysqld) => server.value("@@GLOBAL.gtid_executed");
		await until("the replica has caught up", async () => (await executed(replica)) === (await executed(source)));
		await replica.sql("STOP REPLICA SQL_THREAD");
		// Fetched and not applied: it lies in the relay log of the snapshot.
		await scene.write(101, 130, 1);
		takenAt = new Date().toISOString();
		taken = await snapshotOfVolume(replica);
		await scene.write(131, 300);
		await scene.archive(25);
		written = await scene.written();
	});
	afterEach(async () => {
		await restored?.copy.stop();
		const folder = restored?.copy.server.clientOptions;
		restored = null;
		if (folder !== undefined) await rm(join(folder, "..", ".."), { recursive: true, force: true });
	});
	afterAll(async () => {
		await scene?.server.kill();
		await replica?.kill();
		await gateway?.stop();
	});

	test("holds exactly what was planned, with nothing fetched but the archive behind it", async () => {
		const stop = held() + 90;
		const stores = scene.stores.map((store) => ({
			...store,
			repository: { ...store.repository, repository: "/nowhere" },
		}));
		const done = await to(written[stop - 1]?.gtid ?? "", {}, { stores });
		expect(done.plan.base).toMatchObject({ kind: "snapshot", id: "s-1" });
		expect(await rows(done)).toEqual(rowsOf(written.slice(0, stop)));
		expect(formatGtidSet(await done.copy.gtids())).toBe(formatGtidSet(heldBy(written.slice(0, stop))));
		expect(notes).toEqual([]);
	});

	test("is another server, that replicates from nobody and keeps no binary log of the instance", async () => {
		const done = await to("latest");
		expect(await rows(done)).toEqual(rowsOf(written));
		const { data } = scratchPaths(join(done.volume.folder, "restore"));
		const [[server] = [], channels = []] = await done.copy.session.run(
			"SELECT @@server_uuid AS uuid; SELECT channel_name FROM performance_schema.replication_connection_configuration",
			10_000,
		);
		expect(server?.uuid).not.toBe(await replica.value("@@server_uuid"));
		expect(channels).toEqual([]);
		const logs = async (folder: string, kind: string) =>
			(await readdir(folder)).filter((name) => new RegExp(`^${kind}\\.\\d+$`).test(name));
		const instance = await logs(taken.data, "binlog");
		expect(instance.length).toBeGreaterThan(0);
		expect((await logs(data, "binlog")).filter((name) => instance.includes(name))).toEqual([]);
		const relayBytes = async (folder: string) =>
			(await logs(folder, "relay")).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
		// A new one is begun in place of what was fetched and not applied.
		expect(await relayBytes(data)).toBeLessThan((await relayBytes(taken.data)) / 2);
		expect(existsSync(done.volume.data)).toBe(false);
	});

	test("is of a backup where the target lies before the snapshot, and gives its room to it", async () => {
		const stop = held() - 20;
		const done = await to(written[stop - 1]?.gtid ?? "");
		expect(done.plan.base.kind).toBe("backup");
		expect(done.plan.notes).toContain("snapshot s-1 is passed over: it holds transactions beyond the target");
		expect(await rows(done)).toEqual(rowsOf(written.slice(0, stop)));
		expect(existsSync(done.volume.data)).toBe(false);
	});

	test("is of a backup where what boots is not what is written on the snapshot", async () => {
		const gtidExecuted = formatGtidSet(heldBy(written.slice(0, held() + 3)));
		const done = await to("latest", { gtidExecuted });
		expect(notes.join()).toMatch(/snapshot s-1 cannot be used: it holds \S+, not what is written on it/);
		expect(done.plan.base.kind).toBe("backup");
		expect(await rows(done)).toEqual(rowsOf(written));
	});

	test("is refused where the snapshot was named and is not what is written on it", async () => {
		const gtidExecuted = formatGtidSet(heldBy(written.slice(0, held() + 3)));
		await expect(to("latest", { gtidExecuted, alone: true })).rejects.toThrow(
			/refused: latest: snapshot s-1 is passed over: .*not what is written on it; leave out its name/,
		);
	});

	test("is of a backup where the volume holds no data directory", async () => {
		const nothing = {
			snapshot: { name: "s-1", takenAt, term: 1, gtidExecuted: taken.gtidExecuted, bytes: 1, alone: false },
		};
		const done = await to("latest", {}, { snapshot: { ...nothing, data: "/nowhere/data" } });
		expect(notes.join()).toContain("there is no data directory of MySQL in /nowhere/data");
		expect(await rows(done)).toEqual(rowsOf(written));
	});
});

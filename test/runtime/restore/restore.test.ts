/** Restores of a real server's history, compared with what mysqlbinlog shows of it. */
import { rm } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { formatGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { Progress } from "../../../runtime/restore/progress.ts";
import { type Restored, type RestoreWork, restore } from "../../../runtime/restore/restore.ts";
import { formatMicros, parseTarget } from "../../../runtime/restore/target.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { RealMysqld } from "../realMysqld.ts";
import { temporary } from "../temporary.ts";
import { cluster, heldBy, keys, RestoreScene, serverSettings, type Written } from "./restoreScene.ts";

jest.setTimeout(600_000);
const suite = hasPrograms("mysqld", "mysqlbinlog", "restic") ? describe : describe.skip;

suite("a restore", () => {
	let scene: RestoreScene;
	let written: Written[];
	let restored: Restored | null = null;
	const folder = temporary("restored");
	const progress: Progress[] = [];

	const work = (given: Partial<RestoreWork> = {}): RestoreWork => ({
		cluster,
		stores: scene.stores,
		key: keys.key,
		folder,
		bufferPool: 64 * 2 ** 20,
		// Several batches even of so little.
		batchBytes: 64 * 2 ** 10,
		report: (one) => progress.push(one),
		onNote: () => {},
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
		written = await scene.written();
	});
	afterEach(async () => {
		await restored?.copy.stop();
		restored = null;
		await rm(folder, { recursive: true, force: true });
	});
	afterAll(() => scene?.server.kill());

	test("to the latest has every row, read-only, and stays whole over its clean end", async () => {
		const done = await to("latest");
		expect(await rows(done)).toEqual(rowsOf(written));
		expect(formatGtidSet(await done.copy.gtids())).toBe(formatGtidSet(heldBy(written)));
		await expect(done.copy.session.run("CREATE DATABASE other", 10_000)).rejects.toThrow(/read.only/);
		expect(progress.map(({ step }) => step)).toContain("restoring the backup");
		expect(progress.findLast(({ step }) => step === "applying the archive")).toMatchObject({ unit: "transactions" });
	});

	test("to a GTID has exactly the rows up to and with it", async () => {
		const index = 700;
		const done = await to(written[index]?.gtid ?? "");
		expect(await rows(done)).toEqual(rowsOf(written.slice(0, index + 1)));
	});

	test("to a time has exactly the rows before the first later commit", async () => {
		const micros = written[900]?.at ?? 0;
		const done = await to(formatMicros(micros));
		const stop = written.findIndex(({ at }) => at > micros);
		expect(await rows(done)).toEqual(rowsOf(written.slice(0, stop)));
	});
});

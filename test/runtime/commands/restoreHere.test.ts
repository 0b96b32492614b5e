/** A restore without a cluster: real stores, a real repository, and files with what opens them; nothing else. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import { restoreHere } from "../../../runtime/commands/restoreHere.ts";
import { parseTarget } from "../../../runtime/restore/target.ts";
import { scratchPaths } from "../../../runtime/scratch/scratchCnf.ts";
import { startScratch } from "../../../runtime/scratch/startScratch.ts";
import { storesFileText } from "../../../runtime/store/storesFile.ts";
import { backupStore } from "../backup/storePlace.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { RealMysqld } from "../realMysqld.ts";
import { cluster, keys, RestoreScene, serverSettings } from "../restore/restoreScene.ts";
import { Gateway, versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { fakeTerminal } from "../terminal/fakeTerminal.ts";

jest.setTimeout(600_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("mysqld", "mysqlbinlog", "restic");

(can ? describe : describe.skip)("mysql-dr restore --into folder:", () => {
	let gateways: readonly Gateway[];
	let scene: RestoreScene;
	const files = temporary("kept-apart");
	const [stores, keyFile, wrongKey] = ["stores.json", "key.json", "wrong"].map((name) => join(files, name)) as [
		string,
		string,
		string,
	];
	/** An instance, its certificates, its record: all of it is gone. */
	let executed: string;

	beforeAll(async () => {
		gateways = await Promise.all([
			Gateway.up(program as string, "store-1"),
			Gateway.up(program as string, "store-2", "other"),
		]);
		const opened = gateways.map(({ store, keys: own }) => backupStore({ store, keys: own }, cluster));
		const server = await RealMysqld.up("source", serverSettings);
		const objects = opened.map((one) => one.objects);
		scene = new RestoreScene(
			server,
			objects,
			opened.map((one) => one.repository),
		);
		await server.sql("CREATE DATABASE app; CREATE TABLE app.ledger (n INT PRIMARY KEY, text VARCHAR(100))");
		await scene.write(1, 50);
		await scene.backup();
		await scene.write(51, 200);
		await scene.archive(40);
		executed = await server.value("@@GLOBAL.gtid_executed");
		await server.kill();
		const known = gateways.map(({ store, keys: own }) => ({ store, keys: own }));
		await writeFile(stores, storesFileText({ cluster, stores: known }));
		await writeFile(keyFile, JSON.stringify(keys));
		await writeFile(wrongKey, newBackupKey());
	});
	afterAll(async () => {
		await scene?.server.kill();
		for (const gateway of gateways ?? []) await gateway.stop();
	});

	const here = (folder: string, key = keyFile) => {
		const terminal = fakeTerminal();
		const context = { terminal, signal: new AbortController().signal };
		const wish = { kind: "folder", target: parseTarget("latest"), folder, stores, keyFile: key } as const;
		return restoreHere(context, wish);
	};

	test("makes a data directory with all that was archived, with one of the two stores gone as well", async () => {
		await gateways[0]?.stop();
		const folder = temporary("restored");
		const { exit, document } = await here(folder);
		expect(exit).toBe("done");
		expect(document).toMatchObject({ folder: scratchPaths(folder).data, gtidExecuted: executed });
		const server = await startScratch({ folder, bufferPool: 64 * 2 ** 20, purpose: "restore" });
		const [[row] = []] = await server.session.run("SELECT COUNT(*) AS n, SUM(n) AS s FROM app.ledger", 60_000);
		expect([Number(row?.n), Number(row?.s)]).toEqual([200, (200 * 201) / 2]);
		await server.stop(60_000);
		await gateways[0]?.start();
	});

	test("leaves a folder alone that is not empty, and says of another key that it is the key", async () => {
		const folder = temporary("somebodys");
		await writeFile(join(folder, "data"), "somebody's");
		await expect(here(folder)).rejects.toThrow(/is not empty/);
		expect(await readFile(join(folder, "data"), "utf8")).toBe("somebody's");
		const empty = join(temporary("restored"), "new");
		await mkdir(empty, { recursive: true });
		await expect(here(empty, wrongKey)).rejects.toThrow(/key/);
	});
});

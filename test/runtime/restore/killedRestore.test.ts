/** A restore that is killed at each of its steps is asked for again, in the folder that it left. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { segmentKey } from "../../../runtime/archive/segment.ts";
import { type Restored, restore } from "../../../runtime/restore/restore.ts";
import { askCopy } from "../../../runtime/restore/restoreControl.ts";
import { parseTarget } from "../../../runtime/restore/target.ts";
import { KilledProcess } from "../killedProcess.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { RealMysqld, until } from "../realMysqld.ts";
import { FaultyProxy } from "../store/faultyProxy.ts";
import { Gateway, versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { type RestoreOptions, workOf } from "./restoreChild.ts";
import { cluster, keys, RestoreScene, serverSettings, type Written } from "./restoreScene.ts";

jest.setTimeout(300_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("mysqld", "mysqlbinlog", "restic");
const child = join(import.meta.dirname, "restoreChild.ts");
/** Of ten: by then a part is applied, and more is to come. */
const held = `/evidence/${segmentKey(cluster, 8)}`;

(can ? describe : describe.skip)("a restore that is killed", () => {
	let gateway: Gateway;
	let proxy: FaultyProxy;
	let scene: RestoreScene;
	let written: Written[];
	let restored: Restored | null = null;
	const folder = temporary("restored");

	beforeAll(async () => {
		gateway = await Gateway.up(program as string);
		proxy = await FaultyProxy.before(gateway.store);
		const server = await RealMysqld.up("source", serverSettings);
		scene = new RestoreScene(server, [gateway.open()]);
		await server.sql("CREATE DATABASE app; CREATE TABLE app.ledger (n INT PRIMARY KEY, text VARCHAR(100))");
		await scene.write(1, 50);
		await scene.backup();
		await scene.write(51, 400);
		await scene.archive(40);
		written = await scene.written();
	});
	afterEach(async () => {
		proxy.mend();
		await restored?.copy.stop();
		restored = null;
	});
	afterAll(async () => {
		await scene?.server.kill();
		await proxy?.stop();
		await gateway?.stop();
	});

	/** @param limits of restic's, as it has them on a slow line */
	const options = (limits: readonly string[] = []): RestoreOptions => ({
		...{ cluster, key: keys.key, folder, to: "latest" },
		place: { store: { ...gateway.store, endpoint: proxy.endpoint }, keys: gateway.keys },
		repository: { ...(scene.stores[0] as RestoreScene["stores"][number]).repository, options: limits },
	});
	const killed = async (given: RestoreOptions, when: (job: KilledProcess) => Promise<unknown>) => {
		const job = new KilledProcess(child, given);
		try {
			await job.until(when(job));
		} finally {
			await job.kill();
		}
		return job.lines;
	};
	const copied = async () => existsSync(join(folder, "data")) && (await readdir(join(folder, "data"))).length > 0;
	const rows = async ({ copy }: Restored) => {
		const [found = []] = await copy.session.run("SELECT n FROM app.ledger ORDER BY n", 60_000);
		return found.map(({ n }) => Number(n));
	};
	const rowsOf = (list: readonly Written[]) => list.flatMap((one) => one.rows).sort((a, b) => a - b);

	test("while the backup is fetched", async () => {
		const lines = await killed(options(["--limit-download", "100"]), () => until("a part is there", copied));
		expect(lines.join()).not.toContain("booting the copy");
	});

	test("while the archive is applied, after which it is the copy's server alone that is killed", async () => {
		await killed(options(), async (job) => {
			await job.says((line) => line.startsWith("restoring the backup"));
			await proxy.fail({ kind: "silent" }, { path: held });
			await job.says((line) => /^applying the archive [1-9]/.test(line));
		});
		proxy.mend();
		let applied = 0;
		let met: Promise<void> | null = null;
		const running = restore(parseTarget("latest"), {
			...workOf(options(), ({ step, done = 0 }) => {
				if (step === "restoring the backup") met ??= proxy.fail({ kind: "silent" }, { path: held });
				if (step === "applying the archive") applied = done;
			}),
		});
		const refused = expect(running).rejects.toThrow();
		await Promise.race([until("a part is applied", async () => applied > 0), refused]);
		await Promise.race([met, refused]);
		process.kill(Number(await readFile(join(folder, "mysqld.pid"), "utf8")), "SIGKILL");
		proxy.mend();
		await refused;
	});

	test("when it is there and waits: nobody is told that it still does", async () => {
		await killed(options(), (job) => job.says((line) => line === "waiting"));
		const asked = askCopy(folder, { do: "resume", to: "latest" }, () => {});
		await expect(asked).rejects.toThrow(/no restored copy waits/);
	});

	test("is made whole when it is asked for again, and goes on from there", async () => {
		const { gtid } = written[200] as Written;
		restored = await restore(
			parseTarget(gtid),
			workOf(options(), () => {}),
		);
		expect(await rows(restored)).toEqual(rowsOf(written.slice(0, 201)));
		await restored.copy.resume({ kind: "latest" });
		expect(await rows(restored)).toEqual(rowsOf(written));
	});
});

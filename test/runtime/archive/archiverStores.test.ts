/** Real servers, real stores, and archivers that are killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { newestNumber } from "../../../runtime/archive/readHeaders.ts";
import { formatGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";
import { s3Store } from "../../../runtime/store/s3Store.ts";
import { hasPrograms, patience, programPath, until } from "../realMysqld.ts";
import { Gateway, versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import type { ChildOptions } from "./archiverChild.ts";
import { cluster, type Keys, newKeys } from "./liveArchiver.ts";
import { access, archive, archivedAll, held, RealCluster, usePrograms } from "./scene.ts";

/** How often the archiver is killed. */
const kills = Number(process.env.MYSQL_DR_ARCHIVER_KILLS ?? 5);
jest.setTimeout((5 + kills) * patience);
const program = await versitygw();
const suite = program !== undefined && hasPrograms("mysqld", "mysqlbinlog") ? describe : describe.skip;

suite("the archive in real stores", () => {
	let of: RealCluster;
	let gateways: Gateway[];
	let stores: ObjectStore[];
	let keys: Keys;

	beforeAll(async () => {
		usePrograms();
		keys = await newKeys();
		of = await RealCluster.up(2);
		gateways = await Promise.all(["store-1", "store-2"].map((name) => Gateway.up(program as string, name)));
		stores = gateways.map((gateway) => opened(gateway));
	});

	afterAll(async () => {
		await of?.down();
		for (const gateway of gateways ?? []) await gateway.stop();
	});

	const opened = ({ store, keys: own }: Gateway, wrong = false) =>
		s3Store({ store, keys: async () => (wrong ? { ...own, secretKey: "another" } : own) });

	const expectWhole = async () => {
		await archivedAll(of, stores);
		for (const store of stores) {
			const { through, breaks, gaps, damaged } = await held(store, keys);
			expect({ breaks, gaps, damaged }).toEqual({ breaks: [], gaps: [], damaged: [] });
			expect(formatGtidSet(through)).toBe(await of.executed("mysql-0"));
		}
	};

	test(`an archiver that is killed ${kills} times under load leaves no gap`, async () => {
		const load = new Load(of);
		const folder = temporary("spool");
		for (let n = 0; n <= kills; n++) {
			const before = (await newestNumber(stores[0] as ObjectStore, cluster)) ?? 0;
			const child = archiverProcess(folder);
			try {
				// From right after its start to the middle of its work.
				if (n % 3 === 2) await until("it runs", async () => child.pid !== undefined);
				else await until("it goes on", () => hasGrown(before + (n % 5)));
				if (n < kills) continue;
				await load.stop();
				await expectWhole();
			} finally {
				const ended = once(child, "exit");
				child.kill("SIGKILL");
				await ended;
			}
		}
		expect(load.written).toBeGreaterThan(kills);
	});

	test("a store that was killed, and one with keys that are not its own, get what they lack when they are mended", async () => {
		const secret = { wrong: true };
		const second = gateways[1] as Gateway;
		const mended: ObjectStore = new Proxy(opened(second), {
			get: (right, property) => Reflect.get(secret.wrong ? opened(second, true) : right, property),
		});
		const life = archive(of, [stores[0] as ObjectStore, mended], keys, { settleMs: 500 });
		await of.insert("with wrong keys");
		await archivedAll(of, [stores[0] as ObjectStore]);
		secret.wrong = false;
		await archivedAll(of, stores);
		await gateways[0]?.stop();
		await of.insert("while the first is gone");
		await archivedAll(of, [stores[1] as ObjectStore]);
		await gateways[0]?.start();
		await expectWhole();
		await life.stop();
	});

	const hasGrown = async (beyond: number) => ((await newestNumber(stores[0] as ObjectStore, cluster)) ?? 0) > beyond;

	function archiverProcess(folder: string): ChildProcess {
		const options: ChildOptions = {
			...{ access: access(of), reign: of.reign, recipients: keys.recipients, folder },
			stores: gateways.map(({ store, keys: own }) => ({ store, keys: own })),
			limits: { flushMs: 50 },
		};
		const file = join(temporary("child"), "options.json");
		writeFileSync(file, JSON.stringify(options), { mode: 0o600 });
		const child = join(import.meta.dirname, "archiverChild.ts");
		return spawn(process.execPath, ["--no-warnings", child, file], {
			env: { ...process.env, PATH: programPath },
			stdio: process.env.ARCHIVE_LOG === undefined ? "ignore" : "inherit",
		});
	}
});

/** Writes one row after the other. */
class Load {
	written = 0;
	#stopped = false;
	readonly #running: Promise<void>;

	constructor(of: RealCluster) {
		this.#running = this.#run(of);
	}

	async #run(of: RealCluster): Promise<void> {
		while (!this.#stopped) {
			await of.insert(`row ${this.written}`);
			this.written++;
		}
	}

	stop(): Promise<void> {
		this.#stopped = true;
		return this.#running;
	}
}

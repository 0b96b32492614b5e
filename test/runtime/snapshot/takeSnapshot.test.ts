import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { createConnection } from "mysql2/promise";
import type { MemberAccess } from "../../../runtime/backup/donorAccess.ts";
import type { ClusterRecord } from "../../../runtime/failover/record.ts";
import { socket } from "../../../runtime/instance/place.ts";
import { formatGtidSet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { startScratch } from "../../../runtime/scratch/startScratch.ts";
import { checkSnapshot } from "../../../runtime/snapshot/checkSnapshot.ts";
import { putBackWhatWasLeft } from "../../../runtime/snapshot/dirtyPages.ts";
import { snapshotOf } from "../../../runtime/snapshot/snapshot.ts";
import { type TakeRun, takeSnapshot } from "../../../runtime/snapshot/takeSnapshot.ts";
import {
	asRoot,
	at,
	catchesUp,
	down,
	follow,
	passwords,
	patience,
	rootFolder,
	sql,
	up,
	value,
} from "../instance/preparedInstances.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { PlayedStorage } from "./playedStorage.ts";

jest.setTimeout(5 * patience);

const suite = hasPrograms("mysqld", "innochecksum") ? describe : describe.skip;
/** Under load. */
const snapshots = 5;

suite("a snapshot of a replica", () => {
	let storage: PlayedStorage;
	let access: MemberAccess;
	let record: ClusterRecord;
	let load: { stop(): Promise<void>; readonly written: number };
	/** What was done to the pod, in order. */
	const held: string[] = [];
	const told: string[] = [];

	beforeAll(async () => {
		await up();
		await sql(at(1), "watchdog", follow(at(0)));
		await sql(at(0), "watchdog", "SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF; CREATE DATABASE app");
		await sql(
			at(0),
			"app",
			"CREATE TABLE app.t (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(2000), KEY (note(40)))",
		);
		await catchesUp(at(1), at(0));
		storage = new PlayedStorage(new Map([0, 1].map((n) => [`data-mysql-${n}`, at(n).place.paths])));
		access = await accessToBoth();
		record = await recordOfFirst();
		load = writing();
	}, 5 * patience);
	afterAll(async () => {
		await load?.stop();
		await down();
	}, patience);
	afterEach(() => {
		storage.onCreate = (snapshot) => storage.make(snapshot);
		held.length = 0;
		told.length = 0;
	});

	const take = (change: Partial<TakeRun> = {}) =>
		takeSnapshot({
			snapshotClass: "played",
			access,
			record: async () => record,
			hold: {
				take: async (instance) => void held.push(`hold ${instance}`),
				release: async (instance) => void held.push(`release ${instance}`),
			},
			store: storage,
			tell: ({ step, message = "" }) => void told.push(`${step}: ${message}`),
			signal: new AbortController().signal,
			...change,
		});

	const applierRuns = async () => (await asRoot(at(1), "SHOW REPLICA STATUS"))?.Replica_SQL_Running === "Yes";
	const flushing = () => value(at(1), "CONCAT(@@innodb_max_dirty_pages_pct, ' ', @@innodb_max_dirty_pages_pct_lwm)");
	const asBefore = "90.000000 10.000000";
	/** All is as it was, and nothing is left. */
	const untouched = async () => {
		expect(await flushing()).toBe(asBefore);
		expect(await applierRuns()).toBe(true);
		expect(held.filter((one) => one.startsWith("hold")).length).toBe(
			held.filter((one) => one.startsWith("release")).length,
		);
	};

	test(`holds what is written on it, and boots whole, ${snapshots} times under load`, async () => {
		for (let n = 0; n < snapshots; n++) {
			const before = load.written;
			const taken = await take();
			expect(taken).toMatchObject({ instance: "mysql-1", term: 3, failedAttempts: [], notes: [] });
			expect(taken.stillSeconds).toBeGreaterThan(0);
			expect(taken.stillSeconds).toBeLessThan(taken.seconds);
			expect(snapshotOf((await storage.read(taken.name)) ?? {})).toMatchObject({ ready: true, verifiedAt: null });
			const folder = storage.copies.get(taken.name) ?? "";
			const checked = await checkSnapshot({
				...{ snapshot: taken.name, folder, bufferPool: 64 * 2 ** 20, tell: () => {} },
				signal: new AbortController().signal,
			});
			expect(checked).toMatchObject({ fault: null, gtidExecuted: taken.gtidExecuted });
			const names = ["recovery", "tables opened", "indexes", "clean stop", "error log", "pages"];
			expect(checked.checks.map(({ name }) => name)).toEqual(names);
			await untouched();
			// Nobody on the primary waited for it.
			expect(load.written).toBeGreaterThan(before);
			await setTimeout(1000);
		}
		expect(held).toEqual(Array.from({ length: snapshots }, () => ["hold mysql-1", "release mysql-1"]).flat());
	});

	test("holds the same where it is started without its binary log, as a restored copy is", async () => {
		const taken = await take();
		const folder = storage.copies.get(taken.name) ?? "";
		const server = await startScratch({ folder, bufferPool: 64 * 2 ** 20, purpose: "boot" });
		try {
			const [[row] = []] = await server.session.run("SELECT @@GLOBAL.gtid_executed AS gtid", patience);
			expect(formatGtidSet(parseGtidSet(String(row?.gtid)))).toBe(taken.gtidExecuted);
		} finally {
			await server.stop(patience);
		}
	});

	test("of which something was applied meanwhile is marked, let go, and taken once more", async () => {
		let times = 0;
		storage.onCreate = async (snapshot) => {
			times += 1;
			if (times === 1) {
				const before = await value(at(1), "@@GLOBAL.gtid_executed");
				await sql(at(1), "watchdog", "START REPLICA SQL_THREAD");
				while ((await value(at(1), "@@GLOBAL.gtid_executed")) === before) await setTimeout(20);
			}
			await storage.make(snapshot);
		};
		const { name, failedAttempts } = await take();
		expect(failedAttempts).toEqual([expect.stringMatching(/^mysql-1 went on while mysql-.* was made of it$/)]);
		expect(storage.discarded).toEqual(failedAttempts);
		expect([...storage.objects.keys()]).toContain(name);
		await untouched();
	});

	test("that the storage does not make in time is given up after three attempts, and none is left", async () => {
		const before = storage.objects.size;
		storage.onCreate = async () => {};
		const limits = { flushMs: 1000, stillMs: 1500, pagesMs: 500 };
		await expect(take({ limits })).rejects.toThrow(
			/^no snapshot came of 3 attempts: the storage did not make mysql-\S+ within \d s/,
		);
		expect(held.length).toBe(6);
		expect(storage.objects.size).toBe(before);
		await untouched();
	});

	test("that is ended in the middle leaves the replica as it was, and no snapshot", async () => {
		const before = storage.objects.size;
		const stop = new AbortController();
		storage.onCreate = async () => stop.abort(new Error("told to end"));
		await expect(take({ signal: stop.signal })).rejects.toThrow("told to end");
		expect(storage.objects.size).toBe(before);
		await untouched();
	});

	test("during which the primary changed is not kept", async () => {
		const before = storage.objects.size;
		let asked = 0;
		const changing = async () => ({ ...record, term: record.term + asked++ });
		await expect(take({ record: changing })).rejects.toThrow(/the primary changed while/);
		expect(storage.objects.size).toBe(before);
		await untouched();
	});

	test("is not made of the primary, nor of a replica that stands still", async () => {
		const alone = { ...access, members: ["mysql-0"] };
		await expect(take({ access: alone })).rejects.toThrow(/^refused: .* no sound replica is there but the primary/);
		await sql(at(1), "watchdog", "STOP REPLICA SQL_THREAD");
		await expect(take()).rejects.toThrow(/^refused: mysql-1, the replica that is furthest, does not replicate now/);
		await sql(at(1), "watchdog", "START REPLICA SQL_THREAD");
		expect(held).toEqual([]);
	});

	test("is made by an account that may not have pages written, which is said", async () => {
		const privilege = "SYSTEM_VARIABLES_ADMIN ON *.*";
		await unlogged(`REVOKE ${privilege} FROM 'backup'@'%'`);
		try {
			const { notes, name } = await take();
			expect(notes).toEqual([expect.stringMatching(/^mysql-1 was made before/)]);
			expect(storage.copies.has(name)).toBe(true);
		} finally {
			await unlogged(`GRANT ${privilege} TO 'backup'@'%'`);
		}
	});

	test("whose job was killed leaves a setting, which the next job of any kind puts back", async () => {
		const left = "SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0, GLOBAL innodb_max_dirty_pages_pct = 0";
		await sql(at(1), "watchdog", left);
		expect(await putBackWhatWasLeft(access)).toEqual(["mysql-1"]);
		expect(await flushing()).toBe(asBefore);
		expect(await putBackWhatWasLeft(access)).toEqual([]);
	});

	/** On the replica alone, and nobody's transaction. */
	async function unlogged(statement: string): Promise<void> {
		const socketPath = socket(at(1).place.paths);
		const login = { socketPath, user: "root", password: passwords.root ?? "", multipleStatements: true };
		const connection = await createConnection(login);
		const open = "SET SESSION sql_log_bin = 0; SET GLOBAL super_read_only = OFF";
		await connection.query(`${open}; ${statement}; SET GLOBAL super_read_only = ON`);
		await connection.end();
	}

	/** Commits as fast as they come, a few rows each, from two clients. */
	function writing() {
		let written = 0;
		let going = true;
		const rows = Array.from({ length: 10 }, () => "(REPEAT(UUID(), 40))").join(", ");
		const client = async () => {
			while (going) {
				await sql(at(0), "app", `INSERT INTO app.t (note) VALUES ${rows}`);
				written += 1;
			}
		};
		const clients = [client(), client()];
		return {
			get written() {
				return written;
			},
			async stop() {
				going = false;
				await Promise.all(clients);
			},
		};
	}

	async function accessToBoth(): Promise<MemberAccess> {
		const caFile = `${rootFolder()}/tls/ca.crt`;
		const place = (name: string) => at(Number(name.at(-1))).place;
		return {
			members: ["mysql-0", "mysql-1"],
			reach: (name) => ({ host: "127.0.0.1", port: place(name).port, adminPort: place(name).adminPort }),
			caFile,
			ca: await readFile(caFile, "utf8"),
			passwords: { monitor: passwords.monitor ?? "", backup: passwords.backup ?? "" },
		};
	}

	async function recordOfFirst(): Promise<ClusterRecord> {
		const [first, second] = await Promise.all([0, 1].map((n) => value(at(n), "@@server_uuid")));
		return {
			...{ version: 1, cluster: "mysql", initialised: true, term: 3, primary: "mysql-0", epoch: 1 },
			since: new Date().toISOString(),
			uuids: { "mysql-0": String(first), "mysql-1": String(second) },
			gtidAtPromotion: "",
			schemasReady: true,
		};
	}
});

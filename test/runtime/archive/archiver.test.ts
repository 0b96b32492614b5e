/** On real servers that replicate, against stores in memory that can be made to fail. */
import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { readHeaders } from "../../../runtime/archive/readHeaders.ts";
import { contains, formatGtidSet, parseGtidSet, subtract } from "../../../runtime/mysql/gtidSet.ts";
import { hasPrograms, patience, until } from "../realMysqld.ts";
import { cluster, type Keys, type Life, newKeys } from "./liveArchiver.ts";
import { MemoryStore } from "./memoryStore.ts";
import { archive, archivedAll, held, RealCluster, usePrograms } from "./scene.ts";

jest.setTimeout(5 * patience);

function digests({ objects }: MemoryStore): string {
	const lines = [...objects].map(([key, body]) => `${key} ${createHash("sha256").update(body).digest("hex")}`);
	return lines.sort().join("\n");
}

const suite = hasPrograms("mysqld", "mysqlbinlog") ? describe : describe.skip;

suite("the archive of a real cluster", () => {
	let of: RealCluster;
	let keys: Keys;
	let stores: [MemoryStore, MemoryStore];
	const lives: Life[] = [];

	/** Begun anew where the stores end, with nothing else known. */
	const begin = (limits = {}, folder?: string) => {
		const life = archive(of, stores, keys, limits, folder);
		lives.push(life);
		return life;
	};
	const end = async () => {
		for (const life of lives.splice(0)) await life.stop();
	};

	beforeAll(async () => {
		usePrograms();
		of = await RealCluster.up(3);
	});

	beforeEach(async () => {
		keys = await newKeys();
		stores = [new MemoryStore("store-1"), new MemoryStore("store-2")];
	});

	afterEach(end);
	afterAll(async () => of?.down());

	/** Both stores: everything, without a gap, and the same objects. */
	const expectWhole = async () => {
		await archivedAll(of, stores);
		for (const store of stores) {
			const { through, breaks, gaps, damaged } = await held(store, keys);
			expect({ breaks, gaps, damaged }).toEqual({ breaks: [], gaps: [], damaged: [] });
			expect(formatGtidSet(through)).toBe(await of.executed(of.reign.primary));
		}
		// An object may be on its way to one of them yet. By digests: to show how two archives differ would take hours.
		await until("both stores have the same", async () => digests(stores[0]) === digests(stores[1]));
	};

	test("holds what was committed, read from a replica, in both stores, without a gap", async () => {
		begin();
		for (let i = 0; i < 20; i++) await of.insert(`row ${i}`);
		await expectWhole();
		const { lines, inside } = await held(stores[0], keys);
		expect(formatGtidSet(inside)).toBe(await of.executed("mysql-0"));
		expect(new Set(lines.map(({ header }) => header.source.role))).toEqual(new Set(["replica"]));
	});

	test("goes on with another replica when the one that it follows is killed", async () => {
		const { archiver } = begin();
		await of.insert("before");
		await archivedAll(of, stores);
		const followed = archiver.following?.source?.look.name ?? "";
		await of.at(followed).kill();
		for (let i = 0; i < 10; i++) await of.insert(`after ${i}`);
		await expectWhole();
		const { lines } = await held(stores[0], keys);
		expect(lines.at(-1)?.header.source.instance).not.toBe(followed);
		expect(lines.at(-1)?.header.source.role).toBe("replica");
		await of.at(followed).start();
		await of.follow(followed, "mysql-0");
	});

	test("a store that is away is caught up when it is back, and the other is not held up meanwhile", async () => {
		begin();
		await of.insert("both");
		await archivedAll(of, stores);
		stores[1].away = new Error("connect ECONNREFUSED");
		for (let i = 0; i < 5; i++) {
			await of.insert(`one ${i}`);
			await archivedAll(of, [stores[0]]);
		}
		expect((stores[1] as MemoryStore).objects.size).toBeLessThan(stores[0].objects.size);
		stores[1].away = null;
		await expectWhole();
	});

	test("a store that answers nothing does not hold up the other", async () => {
		begin();
		await of.insert("both");
		await archivedAll(of, stores);
		let answer = () => {};
		stores[0].slow = new Promise((resolve) => {
			answer = resolve;
		});
		await of.insert("one");
		await archivedAll(of, [stores[1]]);
		answer();
		stores[0].slow = null;
		await expectWhole();
	});

	test("both stores away: nothing is claimed, and nothing is missing when they are back", async () => {
		const { archiver } = begin();
		await of.insert("both");
		await archivedAll(of, stores);
		for (const store of stores) store.away = new Error("403 SignatureDoesNotMatch");
		for (let i = 0; i < 5; i++) await of.insert(`none ${i}`);
		await until("it says so", async () =>
			archiver.keeper.writers.every(({ lastError }) => /403/.test(lastError ?? "")),
		);
		for (const store of stores) store.away = null;
		await expectWhole();
	});

	test("a spool that is full stops the reading, says so, and loses nothing", async () => {
		const { archiver } = begin({ spoolBytes: 200_000, segmentBytes: 50_000 });
		await of.insert("before");
		await archivedAll(of, stores);
		for (const store of stores) store.away = new Error("away");
		await of
			.at("mysql-0")
			.sql("SET SESSION binlog_transaction_compression = OFF; INSERT INTO app.t (v) VALUES ('begin')");
		for (let i = 0; i < 40; i++) await of.insert(incompressible(i));
		await until("it says so", async () => archiver.alerts.has("spoolFull"));
		for (const store of stores) store.away = null;
		await expectWhole();
		await until("it says no more of it", async () => !archiver.alerts.has("spoolFull"));
	});

	test("a transaction without room is told with the setting to raise, and archived once that is raised", async () => {
		const rows = (count: number) => Array.from({ length: count }, (_, n) => `('${incompressible(n)}')`).join(",");
		const { archiver } = begin({ largestSegment: 200_000, segmentBytes: 100_000 });
		await of.insert("before");
		await archivedAll(of, stores);
		await of
			.at("mysql-0")
			.sql(`SET SESSION binlog_transaction_compression = OFF; INSERT INTO app.t (v) VALUES ${rows(50)}`);
		await until("it says so", async () => archiver.alerts.has("transactionTooLarge"));
		expect(archiver.lastError).toMatch(/takes 1Mi of the binary log.*raise backup.archiverMemory$/);
		await end();
		const roomy = begin();
		await expectWhole();
		expect(roomy.archiver.alerts.has("transactionTooLarge")).toBe(false);
	});

	test("two archivers at once: one of them learns it, and the archive stays whole", async () => {
		const [one, other] = [begin(), begin()];
		for (let i = 0; i < 30; i++) await of.insert(`row ${i}`);
		await expectWhole();
		const said = [...one.warnings, ...other.warnings].join("\n");
		expect(said).toMatch(/another archiver writes|is not ours/);
	});

	test("a store that comes back with another end than was written meanwhile is led to the same archive", async () => {
		begin();
		await of.insert("both");
		await archivedAll(of, stores);
		stores[1].away = new Error("away");
		await of.insert("only the first has it");
		await archivedAll(of, [stores[0]]);
		await end();
		// Begun anew with an empty spool, seeing the other store alone: what the first has is written again.
		[stores[0].away, stores[1].away] = [new Error("away"), null];
		begin({ settleMs: 200 });
		await of.insert("after");
		await archivedAll(of, [stores[1]]);
		stores[0].away = null;
		await of.insert("both again");
		await expectWhole();
	});

	test("a segment that a store lost or changed at its end is written there again", async () => {
		begin();
		await of.insert("one");
		await archivedAll(of, stores);
		await end();
		const keysOf = [...stores[0].objects.keys()].filter((key) => key.includes("segments")).sort();
		const last = keysOf.at(-1) ?? "";
		stores[0].objects.set(last, Buffer.from("{"));
		begin();
		await of.insert("two");
		await expectWhole();
	});

	test("what was purged before it was archived is a gap that is told, and what comes after it is archived", async () => {
		begin();
		await of.insert("archived");
		await archivedAll(of, stores);
		await end();
		const before = parseGtidSet(await of.executed("mysql-0"));
		await of.insert("lost");
		const after = parseGtidSet(await of.executed("mysql-0"));
		for (const { name } of of.servers) {
			await of.caughtUp(name);
			await of.at(name).sql("FLUSH BINARY LOGS");
			const logs = await of.at(name).sql("SHOW BINARY LOGS");
			await of.at(name).sql(`PURGE BINARY LOGS TO '${logs.at(-1)?.Log_name}'`);
		}
		const { gaps } = begin();
		await of.insert("behind it");
		await until("it is archived", async () => {
			const { lines } = await readHeaders(stores[1], cluster);
			return contains(
				parseGtidSet(lines.at(-1)?.header.gtids ?? ""),
				subtract(parseGtidSet(await of.executed("mysql-0")), after),
			);
		});
		const lost = formatGtidSet(subtract(after, before));
		expect(gaps).toEqual([lost]);
		for (const store of stores) {
			const archived = await held(store, keys);
			expect(archived.breaks).toEqual([]);
			expect(archived.gaps.map(({ missing }) => formatGtidSet(missing))).toEqual([lost]);
			expect(contains(archived.through, parseGtidSet(lost))).toBe(false);
		}
	});

	test("with no replica left the primary is read, and what it gave counts when a replica has it", async () => {
		const { archiver } = begin();
		await of.insert("before");
		await archivedAll(of, stores);
		for (const name of ["mysql-1", "mysql-2"]) await of.at(name).kill();
		await of.insert("alone");
		await archivedAll(of, stores);
		expect((await held(stores[0], keys)).lines.at(-1)?.header).toMatchObject({
			provisional: true,
			source: { instance: "mysql-0", role: "primary" },
		});
		expect(archiver.keeper.end().provisional).toBe(true);
		for (const name of ["mysql-1", "mysql-2"]) {
			await of.at(name).start();
			await of.follow(name, "mysql-0");
		}
		await until("it is confirmed", async () => !archiver.keeper.end().provisional);
		await expectWhole();
		const { confirmed } = await held(stores[0], keys);
		expect(formatGtidSet(confirmed)).toBe(await of.executed("mysql-0"));
	});

	test("what a failover orphaned is marked, and its number may come again", async () => {
		begin();
		await of.insert("in both");
		for (const { name } of of.servers) await of.caughtUp(name);
		await archivedAll(of, stores);
		const before = parseGtidSet(await of.executed("mysql-0"));
		// Reaches one replica and the archive, and not the one that is promoted.
		await of.at("mysql-2").sql("STOP REPLICA");
		await of.at("mysql-0").sql("CREATE TABLE app.orphan (id INT PRIMARY KEY)");
		const orphan = subtract(parseGtidSet(await of.executed("mysql-0")), before);
		await of.caughtUp("mysql-1");
		await until("it is archived", async () => contains((await held(stores[0], keys)).through, orphan));
		await of.promote("mysql-2");
		await of.insert("of term 2");
		// The one that has the orphan still is read from, and nothing of it is taken.
		await of.follow("mysql-1", "mysql-2");
		await of.caughtUp("mysql-1");
		await archivedAll(of, stores);
		for (const store of stores) {
			const { orphans, through, breaks } = await held(store, keys);
			expect(orphans).toMatchObject([{ term: 2, gtids: formatGtidSet(orphan) }]);
			expect(breaks).toEqual([]);
			expect(formatGtidSet(through)).toBe(await of.executed("mysql-2"));
		}
		// Made anew from the new primary, it takes over again: and gives the orphan's number to another transaction.
		for (const name of ["mysql-0", "mysql-1"]) {
			const executed = await of.executed("mysql-2");
			await of
				.at(name)
				.sql(`STOP REPLICA; RESET REPLICA ALL; RESET BINARY LOGS AND GTIDS; SET GLOBAL gtid_purged = '${executed}';
			 SET sql_log_bin = 0; DROP TABLE app.orphan`);
			await of.follow(name, "mysql-2");
		}
		await of.insert("before the change");
		for (const name of ["mysql-0", "mysql-1"]) await of.caughtUp(name);
		await of.promote("mysql-0");
		await of.insert("the number again");
		for (const name of ["mysql-1", "mysql-2"]) await of.follow(name, "mysql-0");
		await of.caughtUp("mysql-1");
		expect(contains(parseGtidSet(await of.executed("mysql-0")), orphan)).toBe(true);
		await expectWhole();
		const { opened } = await held(stores[0], keys);
		const again = opened.filter(({ header }) => contains(parseGtidSet(header.gtids), orphan));
		expect(again.map(({ header }) => header.term)).toEqual([1, 3]);
	});
});

/** Text that does not compress, always the same. */
function incompressible(seed: number): string {
	let state = seed + 1;
	return Array.from({ length: 8000 }, () => {
		state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
		return (state >> 16).toString(36);
	})
		.join("")
		.slice(0, 8000);
}

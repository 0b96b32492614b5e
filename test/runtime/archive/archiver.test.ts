/** On real servers, against stores in memory; `archiverStores.test.ts` has real stores. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { formatGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { hasPrograms, patience } from "../realMysqld.ts";
import { MemoryStore } from "./memoryStore.ts";
import { archive, archivedAll, held, type Keys, type Life, newKeys, RealCluster, usePrograms } from "./scene.ts";

jest.setTimeout(3 * patience);
const suite = hasPrograms("mysqld", "mysqlbinlog") ? describe : describe.skip;

suite("the archive of a real cluster", () => {
	let of: RealCluster;
	let keys: Keys;
	let stores: [MemoryStore, MemoryStore];
	let life: Life | null = null;

	beforeEach(async () => {
		usePrograms();
		keys = await newKeys();
		of = await RealCluster.up(3);
		stores = [new MemoryStore("store-1"), new MemoryStore("store-2")];
	});

	afterEach(async () => {
		await life?.stop();
		await of?.down();
	});

	test("holds what was committed, read from a replica, in both stores, without a gap", async () => {
		life = archive(of, stores, keys);
		for (let i = 0; i < 20; i++) await of.insert(`row ${i}`);
		await archivedAll(of, stores);
		for (const store of stores) {
			const { inside, breaks, gaps, lines, damaged } = await held(store, keys);
			expect({ breaks, gaps, damaged }).toEqual({ breaks: [], gaps: [], damaged: [] });
			expect(formatGtidSet(inside)).toBe(await of.executed("mysql-0"));
			expect(new Set(lines.map(({ header }) => header.source.role))).toEqual(new Set(["replica"]));
		}
		expect(stores[0].objects).toEqual(stores[1].objects);
	});
});

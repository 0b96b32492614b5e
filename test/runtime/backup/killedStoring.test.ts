/** A backup's job that is killed while it stores: what it leaves in real stores, and what the next one makes of that. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { readCatalogue } from "../../../runtime/backup/catalogue.ts";
import { ensureRepository } from "../../../runtime/backup/ensureRepository.ts";
import { newBackupKey } from "../../../runtime/backup/keys.ts";
import { type BackupNotes, writeNotes } from "../../../runtime/backup/notes.ts";
import { restic } from "../../../runtime/backup/restic.ts";
import type { MadeBackup } from "../../../runtime/backup/work.ts";
import type { ListOptions } from "../../../runtime/store/objectStore.ts";
import { KilledProcess, killOwn } from "../killedProcess.ts";
import { hasPrograms } from "../mysqlPrograms.ts";
import { FaultyProxy } from "../store/faultyProxy.ts";
import { versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { cluster } from "./donorServer.ts";
import type { StorePlace } from "./storePlace.ts";
import { storesUp, type TestStore } from "./stores.ts";
import { type StoringOptions, storeAndCopy } from "./storingChild.ts";

jest.setTimeout(120_000);
const program = await versitygw();
const can = program !== undefined && hasPrograms("restic");
const child = join(import.meta.dirname, "storingChild.ts");

(can ? describe : describe.skip)("a backup's job that is killed", () => {
	let stores: readonly [TestStore, TestStore];
	let proxies: readonly FaultyProxy[];
	const keys = { key: newBackupKey(), recoveryKey: newBackupKey() };
	/** Of the backup that was made last; always of two digits. */
	let number = 10;

	beforeAll(async () => {
		stores = await storesUp(program as string);
		proxies = await Promise.all(stores.map(({ gateway }) => FaultyProxy.before(gateway.store)));
	});
	afterAll(async () => {
		for (const proxy of proxies ?? []) await proxy.stop();
		for (const { gateway } of stores ?? []) await gateway.stop();
	});

	const make = async (): Promise<MadeBackup> => {
		const folder = temporary("made");
		const [id, at] = [`20261125T0200${++number}Z-full-000000${number}`, new Date().toISOString()];
		await writeFile(join(folder, "content"), `the content of ${id} `.repeat(1000));
		const notes: BackupNotes = {
			...{ version: 1, id, cluster, kind: "full", startedAt: at, term: 1, mysqlVersion: "9.7.4", bytes: 1 },
			source: { instance: "mysql-1", server: "3e11fa47-71ca-11e1-9e33-c80aa9429562", role: "replica" },
			gtidExecuted: "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9",
			booted: { at, seconds: 1, tables: 1, checks: [] },
		};
		await writeNotes(folder, notes);
		return { folder, excludes: [], notes };
	};
	/** A pod's volume goes with it. */
	const options = async (places: readonly StorePlace[]): Promise<StoringOptions> => ({
		...{ stores: places, made: await make(), keys, folder: temporary("volume") },
	});
	const direct = () => stores.map(({ gateway: { store, keys: own } }) => ({ store, keys: own }));
	const proxied = () =>
		direct().map(({ store, keys: own }, i) => ({
			...{ store: { ...store, endpoint: proxies[i]?.endpoint as string }, keys: own },
		}));
	/** @returns when it writes this for the first time, which does not get there */
	const held = (store: 0 | 1, path: string) =>
		proxies[store]?.fail({ kind: "silent" }, { method: "PUT", path: `/evidence/${path}` }) as Promise<void>;
	/** Killed then. */
	const killedAt = async (store: 0 | 1, path: string): Promise<string> => {
		const given = await options(proxied());
		const met = held(store, path);
		const job = new KilledProcess(child, given);
		try {
			await job.until(met);
		} finally {
			await job.kill();
			proxies[store]?.mend();
		}
		return given.made.notes.id;
	};
	const catalogue = () =>
		readCatalogue(
			stores.map(({ objects }) => objects),
			cluster,
		);
	const expectSound = async () => {
		for (const { repository } of stores) {
			await restic(repository, { keys, folder: temporary("check") }, { args: ["check", "--read-data", "--no-lock"] });
		}
	};

	test("while it makes the repository does not keep the next one from storing, nor a later one from making it", async () => {
		const id = await killedAt(0, `repository/${cluster}/config`);
		const next = await storeAndCopy(await options(direct()));
		expect(next.stored).toMatchObject({ store: "store-2", away: [{ store: "store-1" }] });
		expect((await catalogue()).backups.map((backup) => backup.id)).not.toContain(id);
		const context = { keys, folder: temporary("volume") };
		await ensureRepository(anHourLater(stores[0]), stores, context, cluster);
		const later = await storeAndCopy(await options(direct()));
		expect(later).toMatchObject({ stored: { store: "store-1", away: [] }, away: [] });
		expect((await catalogue()).backups).toHaveLength(2);
	});

	const phases: [string, 0 | 1, string, boolean][] = [
		["while it stores the data", 0, `repository/${cluster}/data/`, false],
		["before the snapshot is there", 0, `repository/${cluster}/snapshots/`, false],
		["before its entry is there", 0, `backups/${cluster}/`, false],
		["while it copies the data to the second store", 1, `repository/${cluster}/data/`, true],
		["before the copied snapshot is there", 1, `repository/${cluster}/snapshots/`, true],
		["before the copy's entry is there", 1, `backups/${cluster}/`, true],
	];
	/** Each gets further than the one before, whatever that one left. */
	test.each(phases)("%s leaves nothing half-made in a catalogue", async (_, store, path, stored) => {
		const id = await killedAt(store, path);
		const { backups, faults } = await catalogue();
		expect(faults).toEqual([]);
		const found = backups.find((backup) => backup.id === id)?.stores;
		expect(found).toEqual(stored ? { "store-1": expect.objectContaining({ id }), "store-2": "missing" } : undefined);
	});

	test("is followed by one that does all of it, and brings along what those before had stored", async () => {
		const known = (await catalogue()).backups.map(({ id }) => id);
		expect(known).toHaveLength(6);
		const { stored, away } = await storeAndCopy(await options(direct()));
		expect(stored).toMatchObject({ store: "store-1", away: [] });
		expect(away).toEqual([]);
		const { backups, faults } = await catalogue();
		expect(faults).toEqual([]);
		expect(backups.map(({ id }) => id)).toEqual([...known, stored.entry.id]);
		for (const { id, stores: said } of backups) {
			expect(said).toMatchObject({ "store-1": { id }, "store-2": { id } });
		}
	});

	test("by its restic alone stores in the other store, and copies it back from there", async () => {
		const met = held(0, `repository/${cluster}/data/`);
		const running = storeAndCopy(await options(proxied()));
		await Promise.race([met, running]);
		await killOwn("restic");
		proxies[0]?.mend();
		const { stored, copied, away } = await running;
		const { id } = stored.entry;
		expect(stored).toMatchObject({ store: "store-2", away: [{ store: "store-1" }] });
		expect({ copied, away }).toEqual({ copied: [{ store: "store-1", backups: [id] }], away: [] });
	});

	test("by the restic that copies says which store lacks it; the next one brings it there", async () => {
		const met = held(1, `repository/${cluster}/data/`);
		const running = storeAndCopy(await options(proxied()));
		await Promise.race([met, running]);
		await killOwn("restic");
		proxies[1]?.mend();
		const { stored, copied, away } = await running;
		const { id } = stored.entry;
		expect(stored).toMatchObject({ store: "store-1", away: [] });
		expect({ copied, away }).toEqual({ copied: [], away: [expect.objectContaining({ store: "store-2" })] });
		expect((await catalogue()).backups.at(-1)?.stores).toMatchObject({ "store-1": { id }, "store-2": "missing" });
		const next = await storeAndCopy(await options(direct()));
		expect(next.copied).toEqual([{ store: "store-2", backups: [id, next.stored.entry.id] }]);
		await expectSound();
	});
});

/** As its objects look when they have been there for an hour. */
function anHourLater(store: TestStore): TestStore {
	const { objects } = store;
	async function* list(prefix: string, options?: ListOptions) {
		for await (const facts of objects.list(prefix, options)) {
			yield { ...facts, modifiedAt: new Date(facts.modifiedAt.getTime() - 3_600_000) };
		}
	}
	return { ...store, objects: { ...objects, list } };
}

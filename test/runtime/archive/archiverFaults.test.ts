/** An archiver whose one store is slow, refuses or loses lines, on real servers and real stores. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type ArchiveStatus, archiveStatus } from "../../../runtime/archive/archiveStatus.ts";
import { newestNumber } from "../../../runtime/archive/readHeaders.ts";
import { emptySet, formatGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";
import { hasPrograms, patience, until } from "../realMysqld.ts";
import { type Fault, FaultyProxy } from "../store/faultyProxy.ts";
import { Gateway, versitygw } from "../store/versitygw.ts";
import { cluster, type Keys, type Life, newKeys } from "./liveArchiver.ts";
import { archive, archivedAll, held, RealCluster, usePrograms } from "./scene.ts";

jest.setTimeout(5 * patience);
const program = await versitygw();
const suite = program !== undefined && hasPrograms("mysqld", "mysqlbinlog") ? describe : describe.skip;

suite("the archive, with one of its stores", () => {
	let of: RealCluster;
	let gateways: readonly Gateway[];
	let proxy: FaultyProxy;
	/** What the servers have, whatever is wrong with the line to the first. */
	let faulty: ObjectStore;
	let sound: ObjectStore;
	let keys: Keys;
	let life: Life | null = null;

	beforeAll(async () => {
		usePrograms();
		keys = await newKeys();
		of = await RealCluster.up(2);
		gateways = await Promise.all(["store-1", "store-2"].map((name) => Gateway.up(program as string, name)));
		[faulty, sound] = gateways.map((gateway) => gateway.open()) as ObjectStore[] as [ObjectStore, ObjectStore];
		proxy = await FaultyProxy.before((gateways[0] as Gateway).store);
	});
	afterEach(async () => {
		proxy.mend();
		await life?.stop();
		life = null;
	});
	afterAll(async () => {
		await of?.down();
		await proxy?.stop();
		for (const gateway of gateways ?? []) await gateway.stop();
	});

	/** Each life opens its stores anew: the SDK tries again less often the more has failed before. */
	const start = (deadlineMs: number) => {
		const line = gateways[0]?.open({ settings: { endpoint: proxy.endpoint }, deadlineMs }) as ObjectStore;
		life = archive(of, [line, sound], keys, { settleMs: 500 });
		return life;
	};
	const begin = async (deadlineMs: number) => {
		const life = start(deadlineMs);
		await of.insert("before");
		await archivedAll(of, [faulty, sound]);
		return life;
	};
	const status = ({ archiver }: Life) => archiveStatus(archiver, 0, { open: emptySet, faults: [] });
	const says = (what: string, holds: (status: ArchiveStatus) => boolean) =>
		until(what, async () => holds(status(life as Life)));
	/** Several segments, one after the other, in the store that is sound. */
	const goesOn = async () => {
		const before = (await newestNumber(sound, cluster)) ?? 0;
		for (let n = 0; n < 3; n++) {
			await of.insert(`row ${n}`);
			await archivedAll(of, [sound]);
		}
		expect((await newestNumber(sound, cluster)) ?? 0).toBeGreaterThanOrEqual(before + 3);
	};
	const expectWhole = async () => {
		await archivedAll(of, [faulty, sound]);
		for (const store of [faulty, sound]) {
			const { through, breaks, gaps, damaged } = await held(store, keys);
			expect({ breaks, gaps, damaged }).toEqual({ breaks: [], gaps: [], damaged: [] });
			expect(formatGtidSet(through)).toBe(await of.executed("mysql-0"));
		}
		await says("nothing is wrong any more", ({ alerts, stores }) => {
			return !alerts.includes("archiveStoreAway") && stores.every(({ lastError }) => lastError === null);
		});
		expect(life?.gaps).toEqual([]);
	};

	const faults: [string, Fault, RegExp, number][] = [
		["refusing", { kind: "refuses", status: 503 }, /as the test wants it/, 30_000],
		["answering nothing", { kind: "silent" }, /no answer within 1(\.\d+)? s/, 1000],
		["losing the line in every upload", { kind: "cuts upload", bytes: 200 }, /ECONNRESET|socket hang up/, 30_000],
		["losing the line before every answer", { kind: "cuts answer" }, /ECONNRESET|socket hang up/, 30_000],
	];
	test.each(faults)(
		"%s, goes on in the other, says who is behind, and loses nothing",
		async (_, fault, why, deadlineMs) => {
			const archiving = await begin(deadlineMs);
			void proxy.fail(fault);
			await goesOn();
			await says(
				"it is away",
				({ alerts, stores }) => alerts.includes("archiveStoreAway") && stores[0]?.lastError != null,
			);
			const [first, second] = status(archiving).stores;
			expect(first).toMatchObject({ name: "store-1", lastError: expect.stringMatching(/^store store-1: /) });
			expect(first?.lastError).toMatch(why);
			expect(first?.pendingBytes).toBeGreaterThan(0);
			expect(second).toMatchObject({ name: "store-2", lastError: null, pendingBytes: 0 });
			expect(first?.through).toBeLessThan(second?.through ?? 0);
			proxy.mend();
			await expectWhole();
		},
	);

	test("slow, holds up nobody, is behind without being called away, and catches up", async () => {
		await begin(30_000);
		void proxy.fail({ kind: "late", ms: 1000 });
		const late = says("the first is behind", ({ stores: [first, second], alerts }) => {
			const less = (first?.through ?? 0) < (second?.through ?? 0);
			return less && (first?.pendingBytes ?? 0) > 0 && first?.lastError === null && alerts.includes("archiveLagging");
		});
		await goesOn();
		await late;
		await archivedAll(of, [faulty]);
		proxy.mend();
		await expectWhole();
	});

	test("refusing when the archiver begins, is waited for a while, left behind, and led to the same archive", async () => {
		await (await begin(30_000)).stop();
		const met = proxy.fail({ kind: "refuses", status: 503 });
		start(30_000);
		await met;
		await goesOn();
		expect((await newestNumber(faulty, cluster)) ?? 0).toBeLessThan((await newestNumber(sound, cluster)) ?? 0);
		proxy.mend();
		await expectWhole();
	});
});

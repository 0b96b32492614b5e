import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { joins } from "../../../runtime/archive/chain.ts";
import { indexed, indexKey, writeIndex } from "../../../runtime/archive/headerIndex.ts";
import { formatHeader, headerLine } from "../../../runtime/archive/headerLine.ts";
import { newestNumber, readHeaders, readHeadersSince } from "../../../runtime/archive/readHeaders.ts";
import { keyOf, readOrphans } from "../../../runtime/archive/readOrphans.ts";
import { segmentKey } from "../../../runtime/archive/segment.ts";
import { formatGtidSet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { a, b, chainOf, type Link, orphaned } from "./chainOf.ts";
import { cluster } from "./liveArchiver.ts";
import { MemoryStore } from "./memoryStore.ts";

const steps: Link[] = [11, 12, 13, 14, 15].map((number) => ({ gtids: `${a}:${number}` }));

describe("segments that join", () => {
	test("reach from what lies before the archive to the last transaction", () => {
		const { through, confirmed, gaps, breaks } = joins(chainOf(steps), []);
		expect(formatGtidSet(through)).toBe(`${a}:1-15`);
		expect(formatGtidSet(confirmed)).toBe(`${a}:1-15`);
		expect({ gaps, breaks }).toEqual({ gaps: [], breaks: [] });
	});

	test("one taken out anywhere between the ends is found, and nothing behind it counts", () => {
		const lines = chainOf(steps);
		for (let at = 1; at < lines.length - 1; at++) {
			const { through, breaks } = joins(lines.toSpliced(at, 1), []);
			expect(breaks).toEqual([{ number: at + 2, reason: `segment ${at + 1} is missing` }]);
			expect(formatGtidSet(through)).toBe(`${a}:1-${10 + at}`);
		}
	});

	test("any header that says something else is found by the one behind it", () => {
		const lines = chainOf(steps);
		fc.assert(
			fc.property(fc.integer({ min: 0, max: lines.length - 2 }), fc.integer({ min: 1, max: 9 }), (at, number) => {
				const { header } = lines[at] as (typeof lines)[number];
				const lying = headerLine({ ...header, gtids: `${b}:${number}` });
				const { breaks } = joins(lines.with(at, lying), []);
				expect(breaks.map((one) => one.number)).toContain(at + 2);
			}),
		);
	});

	test("a gap is told with what is lost, and what is lost is never claimed", () => {
		const lines = chainOf([{ gtids: `${a}:11` }, { gap: { missing: `${a}:12-13` }, gtids: `${a}:14` }]);
		const { through, gaps, breaks } = joins(lines, []);
		expect(breaks).toEqual([]);
		expect(gaps).toEqual([{ number: 2, missing: parseGtidSet(`${a}:12-13`) }]);
		expect(formatGtidSet(through)).toBe(`${a}:1-11:14`);
	});

	test("orphans count no longer, and their numbers may come again in a later term", () => {
		const orphans = [orphaned(2, `${a}:12`)];
		const links: Link[] = [{ gtids: `${a}:11-12` }, { gtids: `${b}:1`, term: 2 }, { gtids: `${a}:12-13`, term: 3 }];
		const whole = joins(chainOf(links, orphans), orphans);
		expect(whole.breaks).toEqual([]);
		expect(formatGtidSet(whole.through)).toBe(`${a}:1-13,${b}:1`);
		const before = joins(chainOf(links.slice(0, 1)), orphans);
		expect(formatGtidSet(before.through)).toBe(`${a}:1-11`);
	});

	test("without the mark of what was orphaned they do not join", () => {
		const orphans = [orphaned(2, `${a}:12`)];
		const lines = chainOf([{ gtids: `${a}:11-12` }, { gtids: `${b}:1`, term: 2 }], orphans);
		expect(joins(lines, []).breaks).toEqual([expect.objectContaining({ number: 2 })]);
	});

	test("what nobody confirmed is told apart until a replica has it", () => {
		const links: Link[] = [{ gtids: `${a}:11` }, { gtids: `${a}:12`, provisional: true }];
		const doubtful = joins(chainOf(links), []);
		expect(formatGtidSet(doubtful.through)).toBe(`${a}:1-12`);
		expect(formatGtidSet(doubtful.confirmed)).toBe(`${a}:1-11`);
		const sure = joins(chainOf([...links, {}]), []);
		expect(formatGtidSet(sure.confirmed)).toBe(`${a}:1-12`);
	});
});

describe("headers in a store", () => {
	const put = (store: MemoryStore, lines: ReturnType<typeof chainOf>) => {
		for (const { header } of lines) {
			store.objects.set(segmentKey(cluster, header.number), Buffer.concat([formatHeader(header), Buffer.alloc(50)]));
		}
	};

	test("are read from their objects alone", async () => {
		const store = new MemoryStore("store-1");
		const lines = chainOf(steps);
		put(store, lines);
		expect(await readHeaders(store, cluster)).toEqual({ lines, damaged: [] });
		expect((await readHeaders(store, cluster, { after: 3 })).lines).toEqual(lines.slice(3));
		expect(await newestNumber(store, cluster)).toBe(5);
		expect(await newestNumber(store, "other")).toBeNull();
	});

	test("damaged, swapped and cut ones are told by number and key, and the others are read", async () => {
		const store = new MemoryStore("store-1");
		const lines = chainOf(steps);
		put(store, lines);
		store.objects.set(segmentKey(cluster, 2), Buffer.from('{"version":1}\n'));
		store.objects.set(segmentKey(cluster, 3), store.objects.get(segmentKey(cluster, 4)) as Buffer);
		store.objects.set(segmentKey(cluster, 5), (store.objects.get(segmentKey(cluster, 5)) as Buffer).subarray(0, 99));
		const read = await readHeaders(store, cluster);
		expect(read.damaged.map(({ number, error }) => [number, error.key, error.fault])).toEqual([
			[2, segmentKey(cluster, 2), "corrupted"],
			[3, segmentKey(cluster, 3), "swapped"],
			[5, segmentKey(cluster, 5), "truncated"],
		]);
		expect(read.lines).toEqual([lines[0], lines[3]]);
	});

	test("come from an index where there is one, and from the segments where it is damaged", async () => {
		const store = new MemoryStore("store-1");
		const lines = chainOf(Array.from({ length: 2 * indexed + 3 }, (_, i) => ({ gtids: `${a}:${11 + i}` })));
		put(store, lines);
		await writeIndex(store, cluster, lines.slice(0, indexed));
		await writeIndex(store, cluster, lines.slice(indexed, 2 * indexed));
		const segments = [...store.objects.keys()].filter((key) => key.includes("/segments/"));
		const gone = new MemoryStore("store-2");
		for (const [key, body] of store.objects) if (!segments.includes(key)) gone.objects.set(key, body);
		put(gone, lines.slice(2 * indexed));
		expect((await readHeaders(gone, cluster)).lines).toEqual(lines);
		expect(await newestNumber(gone, cluster)).toBe(lines.length);
		const since = await readHeadersSince(store, cluster, parseGtidSet(`${a}:1-${indexed + 20}`));
		expect(since.lines).toEqual(lines.slice(indexed));
		store.objects.set(indexKey(cluster, 1), Buffer.from("no index"));
		expect(await readHeaders(store, cluster)).toEqual({ lines, damaged: [] });
	});

	test("orphans that were changed are refused by their key", async () => {
		const store = new MemoryStore("store-1");
		const orphans = orphaned(2, `${a}:12`);
		store.objects.set(keyOf(orphans), Buffer.from(JSON.stringify(orphans)));
		expect(await readOrphans(store, cluster)).toEqual([orphans]);
		store.objects.set(keyOf(orphans), Buffer.from(JSON.stringify({ ...orphans, gtids: `${a}:11` })));
		await expect(readOrphans(store, cluster)).rejects.toMatchObject({ key: keyOf(orphans), fault: "swapped" });
	});
});

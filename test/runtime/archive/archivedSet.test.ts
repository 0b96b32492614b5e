import { describe, expect, test } from "@jest/globals";
import { archivedIn } from "../../../runtime/archive/archivedSet.ts";
import { formatHeader } from "../../../runtime/archive/headerLine.ts";
import { type SegmentHeader, segmentKey } from "../../../runtime/archive/segment.ts";
import { emptySet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { events, first, header, segments, setOf } from "../restore/archiveScene.ts";
import { MemoryStore } from "./memoryStore.ts";

const history = events(30);
const set = (from: number, to: number) => parseGtidSet(`${first}:${from}-${to}`);

async function holding(headers: readonly SegmentHeader[]): Promise<MemoryStore> {
	const store = new MemoryStore("store-1");
	for (const each of headers) await store.put(segmentKey("mysql", each.number), formatHeader(each), "once");
	return store;
}

describe("what goes is in the archive", () => {
	test("when its segments say so, in one of the stores", async () => {
		const [away, store] = [new MemoryStore("store-0"), await holding(segments(history, [10, 20]))];
		away.away = new Error("no store");
		const archived = archivedIn([away, store], "mysql");
		expect(await archived(set(5, 30), emptySet)).toBe(true);
		expect(await archived(set(15, 30), set(1, 14))).toBe(true);
		expect(await archived(set(15, 31), set(1, 14))).toBe(false);
	});

	test("not when it lies in a gap, although what comes next goes on from behind it", async () => {
		const [before, after] = [history.slice(0, 10), history.slice(20)];
		const gap = setOf(history.slice(10, 20));
		const store = await holding([
			header({ number: 1, events: before, after: "" }),
			header({ number: 2, events: after, after: setOf(before), missing: gap }),
			header({ number: 3, events: [], after: setOf(history) }),
		]);
		const archived = archivedIn([store], "mysql");
		expect(await archived(set(1, 10), emptySet)).toBe(true);
		expect(await archived(set(1, 30), emptySet)).toBe(false);
		expect(await archived(set(15, 15), set(1, 10))).toBe(false);
	});

	test("not when there is no archive, or none of its stores answers", async () => {
		const away = new MemoryStore("store-1");
		expect(await archivedIn([away], "mysql")(set(1, 1), emptySet)).toBe(false);
		away.away = new Error("no store");
		expect(await archivedIn([away], "mysql")(set(1, 1), emptySet)).toBe(false);
	});
});

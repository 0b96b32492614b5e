import { expect, test } from "@jest/globals";
import { Gaps } from "../../../runtime/archive/gaps.ts";
import { formatHeader } from "../../../runtime/archive/headerLine.ts";
import { type Orphans, segmentKey } from "../../../runtime/archive/segment.ts";
import { formatGtidSet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { a, chainOf, orphaned } from "./chainOf.ts";
import { cluster } from "./liveArchiver.ts";
import { MemoryStore } from "./memoryStore.ts";

const lost = `${a}:13-15`;
const chain = chainOf([
	{ gtids: `${a}:11` },
	{ gtids: `${a}:12` },
	{ gtids: `${a}:16`, gap: { missing: lost } },
	{ gtids: `${a}:17` },
]);

async function archived(name: string): Promise<MemoryStore> {
	const store = new MemoryStore(name);
	for (const { header } of chain) await store.put(segmentKey(cluster, header.number), formatHeader(header), "once");
	return store;
}

function gapsOf(stores: readonly MemoryStore[], orphans: readonly Orphans[] = []) {
	const errors: unknown[] = [];
	return {
		gaps: new Gaps({ cluster, stores, orphans: () => orphans, onError: (error) => errors.push(error) }),
		errors,
	};
}

const text = async (gaps: Gaps, ...held: readonly string[]) => formatGtidSet(await gaps.look(held.map(parseGtidSet)));

test("a gap that an archiver wrote before it was killed is known to its successor, until a backup holds it", async () => {
	const { gaps } = gapsOf([await archived("one")]);
	expect(await text(gaps, `${a}:1-12`)).toBe(lost);
	expect(formatGtidSet(gaps.open)).toBe(lost);
	expect(await text(gaps, `${a}:1-12`, `${a}:1-14`)).toBe(lost);
	expect(await text(gaps, `${a}:1-12`, `${a}:1-16`)).toBe("");
	expect(formatGtidSet(gaps.open)).toBe("");
});

test("one that is written now is open at once", async () => {
	const { gaps } = gapsOf([new MemoryStore("one")]);
	expect(await text(gaps, `${a}:1-30`)).toBe("");
	gaps.add({ term: 1, missing: parseGtidSet(`${a}:31-33`) });
	expect(formatGtidSet(gaps.open)).toBe(`${a}:31-33`);
	expect(await text(gaps, `${a}:1-30`)).toBe(`${a}:31-33`);
	expect(await text(gaps, `${a}:1-40`)).toBe("");
});

test("a store that is away is asked again, and one that is there is enough", async () => {
	const [one, two] = [await archived("one"), await archived("two")];
	one.away = new Error("connect ECONNREFUSED");
	two.away = one.away;
	const { gaps, errors } = gapsOf([one, two]);
	expect(await text(gaps, `${a}:1-12`)).toBe("");
	// Of each, its segments' headers and the note of the last check.
	expect(errors).toHaveLength(4);
	two.away = null;
	expect(await text(gaps, `${a}:1-12`)).toBe(lost);
	expect(errors).toHaveLength(6);
});

test("what a later term went on without is in no backup, and asked of none", async () => {
	const { gaps } = gapsOf([await archived("one")], [orphaned(2, `${a}:14-15`)]);
	expect(await text(gaps, `${a}:1-12`)).toBe(`${a}:13`);
	expect(await text(gaps, `${a}:1-13`)).toBe("");
});

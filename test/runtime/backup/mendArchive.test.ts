/** A stored archive that is not what was written, and what another store can do about it. */
import { expect, test } from "@jest/globals";
import { chainNoteKey, writeChainNote } from "../../../runtime/archive/chainNote.ts";
import { checkChain } from "../../../runtime/archive/checkChain.ts";
import { Gaps } from "../../../runtime/archive/gaps.ts";
import { indexed, writeIndex } from "../../../runtime/archive/headerIndex.ts";
import { formatHeader, type HeaderLine, headerLine, sha256 } from "../../../runtime/archive/headerLine.ts";
import { segmentKey } from "../../../runtime/archive/segment.ts";
import { mendArchive } from "../../../runtime/backup/mendArchive.ts";
import { emptySet, formatGtidSet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { a, chainOf } from "../archive/chainOf.ts";
import { cluster } from "../archive/liveArchiver.ts";
import { MemoryStore } from "../archive/memoryStore.ts";

const last = indexed + 20;
const rest = Buffer.from("what is encrypted");
const chain = chained();

/** With something behind the headers. */
function chained(): HeaderLine[] {
	const lines: HeaderLine[] = [];
	for (const { header } of chainOf(Array.from({ length: last }, (_, n) => ({ gtids: `${a}:${n + 11}` })))) {
		const previous = lines.at(-1)?.hash ?? null;
		lines.push(headerLine({ ...header, previous, storedSha256: sha256(rest), storedBytes: rest.length }));
	}
	return lines;
}

const keyOf = (number: number) => segmentKey(cluster, number);
const objectOf = (number: number) => Buffer.concat([formatHeader((chain[number - 1] as HeaderLine).header), rest]);

async function filled(name: string, from = 1): Promise<MemoryStore> {
	const store = new MemoryStore(name);
	for (let number = from; number <= last; number++) store.objects.set(keyOf(number), objectOf(number));
	if (from === 1) await writeIndex(store, cluster, chain.slice(0, indexed));
	return store;
}

const mended = (store: MemoryStore, others: readonly MemoryStore[], base: string | null = null) =>
	mendArchive({ store, others, cluster, base: base === null ? null : parseGtidSet(base) });

const changed = (number: number) => {
	const object = objectOf(number);
	object.writeUInt8(object.readUInt8(object.length - 1) ^ 1, object.length - 1);
	return object;
};

test("nothing is wrong with an archive that is whole", async () => {
	const store = await filled("one");
	expect(await checkChain(store, cluster)).toMatchObject({ faults: [], segments: last });
	expect(await mended(store, [])).toEqual({ mended: [], faults: [] });
});

test.each([
	["deleted", "segment 7 is missing", (store: MemoryStore) => store.objects.delete(keyOf(7)), 7],
	["deleted behind the index", "segment 510 is missing", (s: MemoryStore) => s.objects.delete(keyOf(510)), 510],
	["truncated", "it has", (s: MemoryStore) => s.objects.set(keyOf(7), objectOf(7).subarray(0, -3)), 7],
	[
		"cut within its header",
		"truncated",
		(s: MemoryStore) => s.objects.set(keyOf(510), objectOf(510).subarray(0, 90)),
		510,
	],
	["swapped", "swapped", (s: MemoryStore) => s.objects.set(keyOf(510), objectOf(511)), 510],
	[
		"of another header",
		"does not follow",
		(s: MemoryStore) => {
			const { header } = chain[509] as HeaderLine;
			s.objects.set(keyOf(510), Buffer.concat([formatHeader({ ...header, cutAt: new Date(1).toISOString() }), rest]));
		},
		510,
	],
])("a segment that was %s is named, and taken from the other store", async (_, reason, damage, number) => {
	const [store, other] = [await filled("one"), await filled("two")];
	damage(store);
	const alone = await mended(store, []);
	expect(alone.mended).toEqual([]);
	expect(alone.faults).toHaveLength(1);
	expect(alone.faults[0]?.reason).toContain(reason);
	expect(await mended(store, [other])).toEqual({ mended: [number], faults: [] });
	expect(store.objects.get(keyOf(number))).toEqual(objectOf(number));
});

test("many that follow one another are mended; what the other store has damaged too is not taken", async () => {
	const [store, other] = [await filled("one"), await filled("two")];
	for (const number of [20, 21, 22, 515]) store.objects.delete(keyOf(number));
	other.objects.set(keyOf(21), changed(21));
	const { mended: done, faults } = await mended(store, [other]);
	expect(done).toEqual([22, 515]);
	expect(faults.map(({ number, reason }) => [number, reason])).toEqual([[20, "the segments 20 to 21 are missing"]]);
	other.away = new Error("connect ECONNREFUSED");
	expect((await mended(store, [other])).faults).toHaveLength(1);
});

test("a store that lost its beginning gets as much of it as the oldest wanted restore needs", async () => {
	const [store, other] = [await filled("one", 510), await filled("two")];
	// Up to transaction 413: the segment 404 comes behind it.
	const base = `${a}:1-413`;
	expect((await mended(store, [], base)).faults.map(({ number }) => number)).toEqual([510]);
	const { mended: done, faults } = await mended(store, [other], base);
	expect(faults).toEqual([]);
	expect(done.at(-1)).toBe(404);
	expect((await checkChain(store, cluster)).oldest?.header.number).toBe(404);
	// What retention let go is not brought back.
	expect(await mended(await filled("three", 510), [other], `${a}:1-600`)).toEqual({ mended: [], faults: [] });
});

test("what nobody can mend is told by the archiver until a backup leads past it", async () => {
	const store = await filled("one");
	store.objects.delete(keyOf(510));
	const { faults } = await mended(store, []);
	const next = faults[0]?.next?.header;
	const past = { term: next?.term ?? 0, gtids: next?.after ?? "" };
	const noted = [{ number: 510, reason: "segment 510 is missing", past }];
	await writeChainNote(store, { version: 1, cluster, at: new Date(0).toISOString(), faults: noted });
	const gaps = new Gaps({ cluster, stores: [store], orphans: () => [], onError: () => {} });
	expect(formatGtidSet(await gaps.look([parseGtidSet(`${a}:1-300`)]))).toBe(past.gtids);
	expect(gaps.faults).toEqual([{ store: "one", number: 510, reason: "segment 510 is missing" }]);
	expect(await gaps.look([parseGtidSet(`${a}:1-525`)])).toEqual(emptySet);
	expect(gaps.faults).toEqual([]);
	store.objects.set(chainNoteKey(cluster), Buffer.from("{"));
	expect(await gaps.look([])).toEqual(emptySet);
});

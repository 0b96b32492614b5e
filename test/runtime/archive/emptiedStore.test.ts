/** A store that was replaced, or emptied, while the beginning of the archive is long gone from the other. */
import { afterEach, expect, test } from "@jest/globals";
import { chainStart, joins } from "../../../runtime/archive/chain.ts";
import { ChainKeeper } from "../../../runtime/archive/chainKeeper.ts";
import { indexed, indexKey, writeIndex } from "../../../runtime/archive/headerIndex.ts";
import { formatHeader } from "../../../runtime/archive/headerLine.ts";
import { readHeaders } from "../../../runtime/archive/readHeaders.ts";
import { SealedSpool } from "../../../runtime/archive/sealedSpool.ts";
import { segmentKey, segmentPrefix } from "../../../runtime/archive/segment.ts";
import { systemClock } from "../../../runtime/failover/clock.ts";
import { until } from "../realMysqld.ts";
import { temporary } from "../temporary.ts";
import { a, chainOf } from "./chainOf.ts";
import { cluster } from "./liveArchiver.ts";
import { MemoryStore } from "./memoryStore.ts";

const last = 2 * indexed + 3;
const chain = chainOf(Array.from({ length: last }, (_, n) => ({ gtids: `${a}:${n + 11}` })));

/** From this segment on. */
async function fill(store: MemoryStore, from: number): Promise<void> {
	for (const { header } of chain.slice(from - 1))
		await store.put(segmentKey(cluster, header.number), formatHeader(header), "once");
	for (let first = 1; first + indexed - 1 <= last; first += indexed) {
		if (first >= from) await writeIndex(store, cluster, chain.slice(first - 1, first - 1 + indexed));
	}
}

let keeper: ChainKeeper | null = null;
const errors: unknown[] = [];
async function open(stores: readonly MemoryStore[]): Promise<ChainKeeper> {
	const sealed = new SealedSpool(temporary("sealed"), 2 ** 20);
	await sealed.open();
	const times = { clock: systemClock, settleMs: 200, retryMs: 20 };
	const told = { onStored: () => {}, onError: (error: unknown) => errors.push(error) };
	keeper = new ChainKeeper({ cluster, stores, sealed, ...times, ...told });
	await keeper.open();
	return keeper;
}
afterEach(async () => {
	await keeper?.close();
	errors.length = 0;
});

const numbers = async (store: MemoryStore) =>
	(await readHeaders(store, cluster)).lines.map(({ header }) => header.number);

test("is filled with what the other one still has, and joins, with its index", async () => {
	const [kept, empty] = [new MemoryStore("kept"), new MemoryStore("empty")];
	await fill(kept, indexed + 1);
	const { writers } = await open([kept, empty]);
	await until("it is filled", async () => writers[1]?.at?.number === last);
	expect(await numbers(empty)).toEqual(await numbers(kept));
	const { lines } = await readHeaders(empty, cluster);
	expect(joins(lines, []).breaks).toEqual([]);
	expect(empty.objects.has(indexKey(cluster, indexed + 1))).toBe(true);
	expect(writers[1]?.at?.position).toEqual(writers[0]?.at?.position);
	expect(errors).toEqual([]);
});

test("is not given the rest of a block that retention is at: nothing would let that go again", async () => {
	const [kept, empty] = [new MemoryStore("kept"), new MemoryStore("empty")];
	await fill(kept, 100);
	const { writers } = await open([kept, empty]);
	await until("it is filled", async () => writers[1]?.at?.number === last);
	expect((await numbers(empty))[0]).toBe(indexed + 1);
	expect(errors).toEqual([]);
});

test("gets all of an archive that still has its beginning, and of one that is in no store yet", async () => {
	const [kept, empty, third] = [new MemoryStore("kept"), new MemoryStore("empty"), new MemoryStore("third")];
	await fill(kept, 1);
	const { writers } = await open([kept, empty, third]);
	await until("both are filled", async () => writers.every(({ at }) => at?.number === last));
	for (const store of [empty, third]) expect(await numbers(store)).toEqual(await numbers(kept));
	await keeper?.close();
	const fresh = await open([new MemoryStore("one"), new MemoryStore("two")]);
	await until("they are known to be empty", async () => fresh.writers.every(({ at }) => at === chainStart));
});

test("waits for the other one while that does not answer: what is older lies there alone", async () => {
	const [kept, empty] = [new MemoryStore("kept"), new MemoryStore("empty")];
	await fill(kept, indexed + 1);
	const list = kept.list.bind(kept);
	let asked = 0;
	// Only who looks for the oldest segment lists them from the first on.
	kept.list = (prefix, options) =>
		prefix === segmentPrefix(cluster) && options?.after === undefined && ++asked <= 3
			? failing()
			: list(prefix, options);
	const { writers } = await open([kept, empty]);
	await until("it is filled", async () => writers[1]?.at?.number === last);
	expect(String(errors[0])).toContain("ECONNREFUSED");
	expect((await numbers(empty))[0]).toBe(indexed + 1);
});

// biome-ignore lint/correctness/useYield: it fails before there is anything to give
async function* failing(): AsyncGenerator<never> {
	throw new Error("connect ECONNREFUSED");
}

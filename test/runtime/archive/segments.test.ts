/** Sealing and opening, and what of an object that is not as it was written. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fetchSegment, openSegment } from "../../../runtime/archive/open.ts";
import { type Sealed, type SegmentFacts, sealSegment } from "../../../runtime/archive/seal.ts";
import { segmentKey } from "../../../runtime/archive/segment.ts";
import { SegmentError } from "../../../runtime/archive/segmentError.ts";
import { emptyBinlog } from "./chainOf.ts";
import { cluster, type Keys, newKeys } from "./liveArchiver.ts";
import { MemoryStore } from "./memoryStore.ts";

const facts: SegmentFacts = {
	cluster,
	number: 7,
	previous: "a".repeat(64),
	stream: { server: "aaaaaaaa-0000-0000-0000-000000000001", file: "binlog.000001", from: 4, to: 500 },
	term: 2,
	source: { instance: "mysql-1", role: "replica" },
	provisional: false,
	after: "aaaaaaaa-0000-0000-0000-000000000001:1-5",
	gtids: "",
	gap: null,
	firstCommit: null,
	lastCommit: null,
	cutAt: new Date(0).toISOString(),
	finished: false,
};

describe("a segment", () => {
	let keys: Keys;
	let sealed: Sealed;
	const open = (object: Buffer, key = sealed.key, as = cluster, identities = keys.identities) =>
		openSegment(key, object, { cluster: as, identities });

	beforeAll(async () => {
		keys = await newKeys();
		sealed = await sealSegment(facts, emptyBinlog, keys.recipients);
	});

	test("opens with either key to what was sealed", async () => {
		for (const identity of keys.identities) {
			const opened = await open(sealed.object, sealed.key, cluster, [identity]);
			expect(opened.binlog.equals(emptyBinlog)).toBe(true);
			expect(opened.header).toEqual(sealed.header);
			expect(opened.hash).toBe(sealed.hash);
		}
	});

	test("does not show what it holds", () => {
		const rest = sealed.object.subarray(sealed.bytes);
		expect(rest.includes(emptyBinlog.subarray(0, 20))).toBe(false);
	});

	test("is not sealed for nobody", async () => {
		await expect(sealSegment(facts, emptyBinlog, [])).rejects.toThrow(/never be opened/);
	});

	test("cut anywhere, is named as truncated", async () => {
		await fc.assert(
			fc.asyncProperty(fc.nat(sealed.object.length - 1), async (length) => {
				const error = await open(sealed.object.subarray(0, length)).catch((e: unknown) => e);
				expect(error).toBeInstanceOf(SegmentError);
				expect(error).toMatchObject({ key: sealed.key, fault: length === 0 ? "not a segment" : "truncated" });
			}),
		);
	});

	test("with one changed byte, is refused by its key, and opens to nothing else", async () => {
		await fc.assert(
			fc.asyncProperty(fc.nat(sealed.object.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
				const damaged = Buffer.from(sealed.object);
				damaged.writeUInt8(sealed.object.readUInt8(at) ^ flip, at);
				const result = await open(damaged).catch((e: unknown) => e);
				// A changed header may still be one; what it says of others is proved by the chain of hashes.
				if (!(result instanceof SegmentError)) {
					expect(at).toBeLessThan(sealed.bytes);
					expect(result).toMatchObject({ binlog: emptyBinlog });
					expect((result as Sealed).hash).not.toBe(sealed.hash);
				} else expect(result.key).toBe(sealed.key);
			}),
			{ numRuns: 300 },
		);
	});

	test("damaged behind its header, is named as corrupted", async () => {
		const damaged = Buffer.from(sealed.object);
		damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
		await expect(open(damaged)).rejects.toMatchObject({ fault: "corrupted" });
	});

	test("under another's name, is named as swapped", async () => {
		await expect(open(sealed.object, segmentKey(cluster, 8))).rejects.toMatchObject({
			key: segmentKey(cluster, 8),
			fault: "swapped",
		});
	});

	test("of another cluster, is named as foreign", async () => {
		await expect(open(sealed.object, sealed.key, "other")).rejects.toMatchObject({ fault: "foreign" });
	});

	test("with keys that it was not sealed for, says so", async () => {
		const { identities } = await newKeys();
		await expect(open(sealed.object, sealed.key, cluster, identities)).rejects.toMatchObject({ fault: "wrong key" });
	});

	test("with other transactions than its header names, is refused", async () => {
		const lying = await sealSegment({ ...facts, gtids: `${facts.stream.server}:6` }, emptyBinlog, keys.recipients);
		await expect(open(lying.object)).rejects.toMatchObject({ fault: "corrupted" });
	});

	test("that is gone, or was replaced by another of the same number, is told when it is fetched", async () => {
		const store = new MemoryStore("store-1");
		await expect(fetchSegment(store, sealed.header, keys.identities)).rejects.toMatchObject({ fault: "missing" });
		const other = await sealSegment({ ...facts, term: 3 }, emptyBinlog, keys.recipients);
		store.objects.set(sealed.key, other.object);
		await expect(fetchSegment(store, sealed.header, keys.identities)).rejects.toMatchObject({ fault: "swapped" });
		store.objects.set(sealed.key, sealed.object);
		await expect(fetchSegment(store, sealed.header, keys.identities)).resolves.toMatchObject({ hash: sealed.hash });
	});
});

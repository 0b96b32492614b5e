/** What every kind of store promises, whatever is behind it. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Bucket } from "../../../runtime/store/objectStore.ts";
import type { StoreServer, StoreServerUp } from "./storeServer.ts";

const bytes = (text: string) => Buffer.from(text);
const byBytes = (a: string, b: string) => Buffer.compare(bytes(a), bytes(b));

async function listed(store: Bucket, prefix: string, after?: string): Promise<string[]> {
	const keys: string[] = [];
	for await (const { key } of store.list(prefix, after === undefined ? {} : { after })) keys.push(key);
	return keys;
}

export function keepsTheStoresPromises(title: string, up: StoreServerUp): void {
	(up === undefined ? describe.skip : describe)(title, () => {
		let server: StoreServer;
		let store: Bucket;

		beforeAll(async () => {
			server = await (up as NonNullable<StoreServerUp>)();
			store = server.open();
		});
		afterAll(() => server.stop());

		test("what is put is got back, byte for byte, and its facts are right", async () => {
			const body = Buffer.from(Array.from({ length: 5000 }, (_, n) => n % 256));
			const before = Date.now() - 1000;
			expect(await store.put("a/bytes.gz", body, "replace")).toBe("written");
			expect((await store.get("a/bytes.gz"))?.equals(body)).toBe(true);
			const facts = await store.head("a/bytes.gz");
			expect(facts).toMatchObject({ key: "a/bytes.gz", size: 5000 });
			expect(facts?.modifiedAt.getTime()).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000);
		});

		test("what is written once is never overwritten", async () => {
			expect(await store.put("once.json", bytes("first"), "once")).toBe("written");
			expect(await store.put("once.json", bytes("second"), "once")).toBe("present");
			expect((await store.get("once.json"))?.toString()).toBe("first");
		});

		test("of many who write the same key once, the one that is kept was told so", async () => {
			const writers = Array.from({ length: 8 }, (_, n) => `writer ${n}`);
			const answers = await Promise.allSettled(writers.map((text) => store.put("race.json", bytes(text), "once")));
			const winners = writers.filter((_, n) => (answers[n] as { value?: string }).value === "written");
			expect(winners).toContain((await store.get("race.json"))?.toString());
			if (server.onceIsAtomic) expect(winners).toHaveLength(1);
		});

		test("what is replaced has the newest body", async () => {
			await store.put("again.json", bytes("first"), "replace");
			expect(await store.put("again.json", bytes("second"), "replace")).toBe("written");
			expect((await store.get("again.json"))?.toString()).toBe("second");
		});

		test("an empty body is an object too", async () => {
			await store.put("empty", bytes(""), "once");
			expect(await store.head("empty")).toMatchObject({ size: 0 });
			expect((await store.get("empty"))?.length).toBe(0);
			expect((await store.getRange("empty", 0, 10))?.length).toBe(0);
		});

		test("a body of 20 MB comes back whole, and in part", async () => {
			const body = Buffer.alloc(20_000_000, "0123456789abcdef!");
			await store.put("large", body, "once");
			expect((await store.get("large"))?.equals(body)).toBe(true);
			const part = await store.getRange("large", 12_345_678, 1000);
			expect(part?.equals(body.subarray(12_345_678, 12_346_678))).toBe(true);
		});

		test("a range ends where the object does", async () => {
			await store.put("short", bytes("0123456789"), "replace");
			expect((await store.getRange("short", 0, 4))?.toString()).toBe("0123");
			expect((await store.getRange("short", 6, 100))?.toString()).toBe("6789");
			expect((await store.getRange("short", 10, 5))?.length).toBe(0);
			expect((await store.getRange("short", 1000, 5))?.length).toBe(0);
		});

		test("what is not there is null, not an error", async () => {
			expect(await store.get("nowhere")).toBeNull();
			expect(await store.getRange("nowhere", 0, 10)).toBeNull();
			expect(await store.head("nowhere")).toBeNull();
			expect(await listed(store, "nowhere/")).toEqual([]);
		});

		test("what is removed is gone; so is what never was", async () => {
			await store.put("passing", bytes("x"), "replace");
			expect(await store.remove("passing")).toBe(true);
			expect(await store.head("passing")).toBeNull();
			expect(await store.remove("passing")).toBe(true);
		});

		test("a bucket that is not there is an error of every call, never an absent object", async () => {
			const other = server.open({ settings: { bucket: "no-such-bucket" } });
			const named = /^store store-\d: \w+ /;
			await expect(other.get("nowhere")).rejects.toThrow(named);
			await expect(other.getRange("nowhere", 0, 1)).rejects.toThrow(named);
			await expect(other.put("x", bytes("x"), "once")).rejects.toThrow(named);
			await expect(other.put("x", bytes("x"), "replace")).rejects.toThrow(named);
			await expect(listed(other, "")).rejects.toThrow(named);
		});

		test("keys of all letters are written, read and listed as they are", async () => {
			const keys = [
				"with space",
				"a+b",
				"100%",
				"über/ß",
				"日本",
				"q?x=1&y",
				"#tag",
				"semi;colon",
				"it's",
				"x=y",
				"🙂",
				"~",
			];
			const odd = keys.map((key) => `odd/${key}.json`);
			for (const key of odd) await store.put(key, bytes(key), "once");
			for (const key of odd) expect((await store.get(key))?.toString()).toBe(key);
			expect(await listed(store, "odd/")).toEqual([...odd].sort(byBytes));
		});

		test("all keys of a prefix are listed in order, over many pages, from any of them on, and no others", async () => {
			const keys = Array.from({ length: 45 }, (_, n) => `many/${String(n * 7).padStart(5, "0")}.segment`);
			for (const key of [...keys].reverse()) await store.put(key, bytes("x"), "replace");
			await store.put("manyother", bytes("x"), "replace");
			const paged = server.open({ pageSize: 10 });
			expect(await listed(paged, "many/")).toEqual(keys);
			expect(await listed(paged, "many/", keys[9])).toEqual(keys.slice(10));
			expect(await listed(paged, "many/", "many/00001")).toEqual(keys.slice(1));
			expect(await listed(paged, "many/", keys.at(-1))).toEqual([]);
			expect(await listed(store, "many/", keys[20])).toEqual(keys.slice(21));
		});

		test("wrong keys are an error that does not tell them", async () => {
			const secret = "wrong-but-still-nobody-elses-business";
			const wrong = server.open({ wrongKeys: { secret } });
			const failure = await wrong.put("x", bytes("x"), "once").then(String, (error: Error) => `${error}${error.stack}`);
			expect(failure).toContain("store store-");
			expect(failure).not.toContain(secret);
			await expect(wrong.get("nowhere")).rejects.toThrow("store store-");
		});

		test("a server that is away is an error within the deadline, and works again when it is back", async () => {
			await server.stop();
			const hasty = server.open({ deadlineMs: 5000 });
			await expect(hasty.put("later", bytes("x"), "once")).rejects.toThrow("put later: ");
			await server.start();
			expect(await hasty.put("later", bytes("x"), "once")).toBe("written");
		});
	});
}

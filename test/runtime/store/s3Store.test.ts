/** The store's promises, kept against a real S3 server. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";
import { s3Store } from "../../../runtime/store/s3Store.ts";
import { Gateway, versitygw } from "./versitygw.ts";

jest.setTimeout(60_000);
const program = await versitygw();
const bytes = (text: string) => Buffer.from(text);

(program === undefined ? describe.skip : describe)("an S3 store (versitygw)", () => {
	let gateway: Gateway;
	let store: ObjectStore;

	beforeAll(async () => {
		gateway = await Gateway.up(program as string);
		store = s3Store({ store: gateway.store, keys: async () => gateway.keys });
	});
	afterAll(() => gateway.stop());

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
		const kept = (await store.get("race.json"))?.toString();
		expect(winners).toContain(kept);
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
	});

	test("what is not there is null, not an error", async () => {
		expect(await store.get("nowhere")).toBeNull();
		expect(await store.head("nowhere")).toBeNull();
	});

	test("a bucket that is not there is an error, not an absent object", async () => {
		const other = s3Store({ store: { ...gateway.store, bucket: "no-such-bucket" }, keys: async () => gateway.keys });
		await expect(other.get("nowhere")).rejects.toThrow();
		await expect(other.put("x", bytes("x"), "once")).rejects.toThrow();
	});

	test("all keys of a prefix are listed in order, beyond one page, and no others", async () => {
		const keys = Array.from({ length: 1005 }, (_, n) => `many/${String(n).padStart(5, "0")}`);
		for (let n = 0; n < keys.length; n += 50)
			await Promise.all(keys.slice(n, n + 50).map((key) => store.put(key, bytes("x"), "replace")));
		await store.put("manyother", bytes("x"), "replace");
		const listed: string[] = [];
		for await (const { key, size } of store.list("many/")) {
			listed.push(key);
			expect(size).toBe(1);
		}
		expect(listed).toEqual(keys);
		for await (const facts of store.list("none/")) throw new Error(`${facts.key} is listed`);
	});

	test("wrong keys are an error that does not tell them", async () => {
		const secretKey = "wrong-but-still-nobody-elses-business";
		const wrong = s3Store({ store: gateway.store, keys: async () => ({ ...gateway.keys, secretKey }) });
		const failure = await wrong.put("x", bytes("x"), "once").then(String, (error: Error) => `${error}${error.stack}`);
		expect(failure).toContain("SignatureDoesNotMatch");
		expect(failure).not.toContain(secretKey);
	});

	test("a server that is away is an error within the deadline, and works again when it is back", async () => {
		await gateway.stop();
		const hasty = s3Store({ store: gateway.store, keys: async () => gateway.keys, deadlineMs: 2000 });
		await expect(hasty.put("later", bytes("x"), "once")).rejects.toThrow();
		await gateway.start();
		expect(await hasty.put("later", bytes("x"), "once")).toBe("written");
	});
});

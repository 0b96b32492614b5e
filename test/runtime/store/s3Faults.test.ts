/** What an S3 store still promises when its server is slow, refuses, or loses the line in the middle of something. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type Bucket, deadlineFor, type Writing } from "../../../runtime/store/objectStore.ts";
import { FaultyProxy } from "./faultyProxy.ts";
import { Gateway, versitygw } from "./versitygw.ts";

jest.setTimeout(60_000);
const program = await versitygw();

const size = 3_000_000;
/** No two pieces of it are alike. */
const body = Buffer.from(Uint32Array.from({ length: size / 4 }, (_, n) => n * 2_654_435_761).buffer);
/** Where a line is lost: at once, in the first packet, in the middle, before the last byte. */
const places = [0, 1, 70_000, size / 2, size - 1];

async function keysIn(store: Bucket, prefix: string): Promise<string[]> {
	const keys: string[] = [];
	for await (const { key } of store.list(prefix)) keys.push(key);
	return keys;
}

(program === undefined ? describe.skip : describe)("an S3 store (versitygw)", () => {
	let server: Gateway;
	let proxy: FaultyProxy;
	/** Through the proxy. */
	let store: Bucket;
	/** What the server has. */
	let sound: Bucket;
	const through = (deadlineMs: number) => server.open({ settings: { endpoint: proxy.endpoint }, deadlineMs });
	let number = 0;
	const named = (call: string) => `store ${server.store.name}: ${call}: `;
	const newKey = () => `faults/${++number}`;

	beforeAll(async () => {
		server = await Gateway.up(program as string);
		proxy = await FaultyProxy.before(server.store);
		sound = server.open();
	});
	// The SDKs try again less often the more has failed before.
	beforeEach(() => {
		store = through(30_000);
	});
	afterEach(() => proxy.mend());
	afterAll(async () => {
		await proxy?.stop();
		await server?.stop();
	});

	test("a line that is lost at any place of an upload leaves nothing", async () => {
		for (const bytes of places) {
			const key = newKey();
			const met = proxy.fail({ kind: "cuts upload", bytes }, { method: "PUT" });
			await expect(store.put(key, body, "once")).rejects.toThrow(named(`put ${key}`));
			await met;
			expect(await sound.get(key)).toBeNull();
			expect(await keysIn(sound, key)).toEqual([]);
		}
	});

	test("a line that is lost at any place of an upload leaves what it was to replace as it was", async () => {
		const key = newKey();
		await sound.put(key, Buffer.from("before"), "replace");
		for (const bytes of places) {
			const met = proxy.fail({ kind: "cuts upload", bytes }, { method: "PUT" });
			await expect(store.put(key, body, "replace")).rejects.toThrow(named(`put ${key}`));
			await met;
			expect((await sound.get(key))?.toString()).toBe("before");
		}
	});

	test("an upload whose line is lost once is made again, and whole", async () => {
		for (const bytes of places) {
			const key = newKey();
			const met = proxy.fail({ kind: "cuts upload", bytes }, { method: "PUT", times: 1 });
			expect(await store.put(key, body, "once")).toBe("written");
			await met;
			expect((await sound.get(key))?.equals(body)).toBe(true);
		}
	});

	test("an answer that is lost once is no doubt about who wrote", async () => {
		for (const how of ["once", "replace"] as readonly Writing[]) {
			const key = newKey();
			const met = proxy.fail({ kind: "cuts answer" }, { method: "PUT", times: 1 });
			expect(await store.put(key, body, how)).toBe("written");
			await met;
			expect((await sound.get(key))?.equals(body)).toBe(true);
		}
	});

	test("where no answer comes back it is an error, and a second call finds what the first one wrote", async () => {
		const key = newKey();
		const met = proxy.fail({ kind: "cuts answer" }, { method: "PUT" });
		await expect(store.put(key, body, "once")).rejects.toThrow(named(`put ${key}`));
		await met;
		expect((await sound.get(key))?.equals(body)).toBe(true);
		proxy.mend();
		expect(await store.put(key, body, "once")).toBe("present");
	});

	test("a download whose line is lost is an error, or exact; never short", async () => {
		const key = newKey();
		await sound.put(key, body, "once");
		for (const bytes of places) {
			const met = proxy.fail({ kind: "cuts download", bytes }, { method: "GET", path: key });
			await expect(store.get(key)).rejects.toThrow(named(`get ${key}`));
			await expect(store.getRange(key, 0, size)).rejects.toThrow(named(`get ${key}`));
			await met;
			void proxy.fail({ kind: "cuts download", bytes }, { method: "GET", path: key, times: 1 });
			const got = await store.get(key).catch((error: Error) => error.message);
			expect(typeof got === "string" ? got.startsWith(named(`get ${key}`)) : got?.equals(body)).toBe(true);
			expect((await store.get(key))?.equals(body)).toBe(true);
		}
	});

	test("a listing whose line is lost is an error, or complete; never shorter", async () => {
		const prefix = `${newKey()}/`;
		const keys = Array.from({ length: 20 }, (_, n) => `${prefix}${String(n).padStart(2, "0")}`);
		for (const key of keys) await sound.put(key, Buffer.from(key), "once");
		for (const bytes of places.map((place) => place % 2000)) {
			const met = proxy.fail({ kind: "cuts download", bytes }, { method: "GET" });
			await expect(keysIn(store, prefix)).rejects.toThrow(named(`list ${prefix}`));
			await met;
			void proxy.fail({ kind: "cuts download", bytes }, { method: "GET", times: 1 });
			const listed = await keysIn(store, prefix).catch((error: Error) => error.message);
			if (typeof listed === "string") expect(listed).toContain(named(`list ${prefix}`));
			else expect(listed).toEqual(keys);
		}
	});

	test.each([500, 503] as const)("a server that says %d twice is asked a third time", async (status) => {
		const key = newKey();
		const twice = () => void proxy.fail({ kind: "refuses", status }, { times: 2 });
		twice();
		expect(await store.put(key, body, "once")).toBe("written");
		expect(proxy.met).toBe(2);
		twice();
		expect((await store.get(key))?.equals(body)).toBe(true);
		twice();
		expect(await keysIn(store, key)).toEqual([key]);
		expect(proxy.met).toBe(2);
	});

	test.each([500, 503] as const)("one that goes on saying %d is an error with its name", async (status) => {
		const key = newKey();
		void proxy.fail({ kind: "refuses", status });
		const fails = async (call: string, work: Promise<unknown>) => {
			const error = await work.then(String, (thrown: Error) => thrown);
			expect(error).toMatchObject({ name: "StoreError", status });
			expect(String(error)).toMatch(new RegExp(`${named(call)}.*(${status}|as the test wants it)`));
		};
		await Promise.all([
			fails(`put ${key}`, store.put(key, body, "once")),
			fails(`get ${key}`, store.get(key)),
			fails(`get ${key}`, store.getRange(key, 0, 1)),
			fails(`head ${key}`, store.head(key)),
			fails(`list ${key}`, keysIn(store, key)),
			fails(`remove ${key}`, store.remove(key)),
		]);
		expect(await sound.head(key)).toBeNull();
	});

	test("one that is late, but within the deadline, is waited for", async () => {
		const key = newKey();
		void proxy.fail({ kind: "late", ms: 400 });
		expect(await store.put(key, body, "once")).toBe("written");
		expect((await store.get(key))?.equals(body)).toBe(true);
		expect(await keysIn(store, key)).toEqual([key]);
	});

	test("one that takes everything and answers nothing is an error at the deadline", async () => {
		const [hasty, key] = [through(500), newKey()];
		const met = proxy.fail({ kind: "silent" });
		const fails = (call: string, work: Promise<unknown>, bytes = 0) =>
			expect(work).rejects.toThrow(`${named(call)}no answer within ${deadlineFor(bytes, 500) / 1000} s`);
		await Promise.all([
			fails(`put ${key}`, hasty.put(key, body, "once"), size),
			fails(`get ${key}`, hasty.get(key)),
			fails(`head ${key}`, hasty.head(key)),
			fails(`list ${key}`, keysIn(hasty, key)),
			fails(`remove ${key}`, hasty.remove(key)),
			met,
		]);
		expect(await sound.head(key)).toBeNull();
	});

	test("one that falls silent in the middle of a body is an error at the deadline", async () => {
		const [hasty, key] = [through(500), newKey()];
		await sound.put(key, body, "once");
		const met = proxy.fail({ kind: "stalls download", bytes: size / 2 }, { method: "GET" });
		await expect(hasty.get(key)).rejects.toThrow(
			`${named(`get ${key}`)}no answer within ${deadlineFor(size, 500) / 1000} s`,
		);
		await met;
		proxy.mend();
		expect((await hasty.get(key))?.equals(body)).toBe(true);
	});
});

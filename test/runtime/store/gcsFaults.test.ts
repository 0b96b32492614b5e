/** A GCS server that refuses to give what it holds, or loses the line while it does. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Bucket } from "../../../runtime/store/objectStore.ts";
import { fakeGcs, GcsServer } from "./fakeGcs.ts";
import { FaultyProxy } from "./faultyProxy.ts";

jest.setTimeout(60_000);
const program = await fakeGcs();
const body = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, n) => n * 2_654_435_761).buffer);

(program === undefined ? describe.skip : describe)("a GCS store (fake-gcs-server)", () => {
	let server: GcsServer;
	let proxy: FaultyProxy;
	let store: Bucket;

	beforeAll(async () => {
		server = await GcsServer.up(program as string);
		proxy = await FaultyProxy.before(server.store);
		store = server.open({ settings: { endpoint: proxy.endpoint } });
		await server.open().put("large", body, "once");
	});
	afterEach(() => proxy.mend());
	afterAll(async () => {
		await proxy?.stop();
		await server?.stop();
	});

	// Its SDK would throw where nobody catches it: that alone fails these.
	test.each([500, 503] as const)("asks a third time for a body when the server says %d twice", async (status) => {
		void proxy.fail({ kind: "refuses", status }, { times: 2 });
		expect((await store.get("large"))?.equals(body)).toBe(true);
		expect(proxy.met).toBe(2);
	});

	test("says what the server says when it goes on saying it", async () => {
		void proxy.fail({ kind: "refuses", status: 503 });
		await expect(store.get("large")).rejects.toMatchObject({
			message: expect.stringMatching(/^store store-2: get large: .*as the test wants it/),
			status: 503,
		});
		expect(proxy.met).toBe(3);
	});

	test("gives a body whose line was lost once whole, and never a short one", async () => {
		for (const bytes of [0, 1, 70_000, body.length - 1]) {
			void proxy.fail({ kind: "cuts download", bytes }, { times: 1 });
			expect((await store.get("large"))?.equals(body)).toBe(true);
			expect(proxy.met).toBe(1);
		}
		const met = proxy.fail({ kind: "cuts download", bytes: 70_000 });
		await expect(store.get("large")).rejects.toThrow("store store-2: get large: ");
		await expect(store.getRange("large", 0, body.length)).rejects.toThrow("store store-2: get large: ");
		await met;
	});

	test("asks once for what is not there", async () => {
		const met = proxy.fail({ kind: "late", ms: 1 }, { path: "alt=media" });
		expect(await store.get("nowhere")).toBeNull();
		await met;
		expect(proxy.met).toBe(1);
	});
});

/**
 * What is locked is never hidden: fake-gcs-server cannot lock, so what is proved is what Google is asked, and what follows
 * from its refusal.
 */

import { Storage } from "@google-cloud/storage";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { StoreSettings } from "../../../objectives/settings.ts";
import type { Bucket } from "../../../runtime/store/objectStore.ts";
import { unlockInGoogle } from "../../cloudSmoke/unlock.ts";
import { fakeGcs, GcsServer } from "./fakeGcs.ts";
import { FaultyProxy } from "./faultyProxy.ts";

jest.setTimeout(60_000);
const program = await fakeGcs();
const objectLock = { mode: "governance", days: 1 } as const;

(program === undefined ? describe.skip : describe)("a versioned GCS store (fake-gcs-server)", () => {
	let server: GcsServer;
	let proxy: FaultyProxy;

	beforeAll(async () => {
		server = await GcsServer.up(program as string, { backend: "memory" });
		await server.makeBucket({ name: "versioned", versioning: { enabled: true } });
		proxy = await FaultyProxy.before(server.store);
	});
	beforeEach(() => void proxy.asked.splice(0));
	afterEach(() => proxy.mend());
	afterAll(async () => {
		await proxy?.stop();
		await server?.stop();
	});

	const open = (settings: Partial<StoreSettings> = {}): Bucket =>
		server.open({ settings: { bucket: "versioned", endpoint: proxy.endpoint, ...settings } });
	const asked = (method: string) => proxy.asked.filter((line) => line.startsWith(`${method} `));
	const versions = async (key: string): Promise<(string | number | undefined)[]> => {
		const [files] = await emulated().bucket("versioned").getFiles({ prefix: key, versions: true });
		return files.map(({ metadata }) => metadata.generation);
	};
	const emulated = () => new Storage({ apiEndpoint: proxy.endpoint, useAuthWithCustomEndpoint: false });

	test("with a lock names the version that it forgets, which a lock then keeps", async () => {
		const store = open({ objectLock });
		await store.put("forgotten", Buffer.from("x"), "replace");
		const [generation] = await versions("forgotten");
		expect(await store.remove("forgotten")).toBe(true);
		expect(asked("DELETE")).toEqual([expect.stringContaining(`generation=${generation}`)]);
		expect(await store.get("forgotten")).toBeNull();
		expect(await store.remove("forgotten")).toBe(true);
	});

	test("hides without naming one, so that the version stays", async () => {
		const store = open({ objectLock });
		await store.put("hidden", Buffer.from("x"), "replace");
		expect(await store.remove("hidden", "hide")).toBe(true);
		expect(asked("DELETE")).toEqual([expect.not.stringContaining("generation=")]);
		expect(await store.get("hidden")).toBeNull();
		expect(await versions("hidden")).toHaveLength(1);
	});

	test("says that what Google does not let go is still there", async () => {
		const store = open({ objectLock });
		await store.put("locked", Buffer.from("x"), "once");
		void proxy.fail({ kind: "refuses", status: 403 }, { method: "DELETE" });
		expect(await store.remove("locked")).toBe(false);
		expect((await store.get("locked"))?.toString()).toBe("x");
	});

	test("has every version of what a trial has locked unlocked, as Google asks for it", async () => {
		const store = open();
		for (const body of ["first", "second"]) await store.put("smoke", Buffer.from(body), "replace");
		const all = await versions("smoke");
		expect(all).toHaveLength(2);
		await unlockInGoogle(emulated(), "versioned", "smoke");
		const patched = asked("PATCH").map((line) => new URL(line.slice("PATCH ".length), proxy.endpoint).searchParams);
		expect(patched.map((query) => query.get("generation")).sort()).toEqual(all.map(String).sort());
		expect(patched.map((query) => query.get("overrideUnlockedRetention"))).toEqual(["true", "true"]);
	});
});

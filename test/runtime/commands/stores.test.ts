import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { entryKey } from "../../../runtime/backup/entry.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { Gateway, versitygw } from "../store/versitygw.ts";
import { temporary } from "../temporary.ts";
import { entry } from "./backupScene.ts";
import { cluster, run, settings } from "./scene.ts";

// Each command is loaded when it is first called, which takes seconds on a busy machine.
jest.setTimeout(60_000);

const base = "/api/v1/namespaces/mysql";
const encoded = (text: string) => Buffer.from(text).toString("base64");
const program = await versitygw();
const suite = program === undefined ? describe.skip : describe;

suite("mysql-dr stores", () => {
	let api: FakeApi;
	let near: Gateway;
	let far: Gateway;
	beforeAll(async () => {
		const up = (name: string) => Gateway.up(program as string, name, name);
		[near, far] = await Promise.all([up("near"), up("far")]);
	});
	afterAll(() => Promise.all([near.stop(), far.stop()]));
	beforeEach(async () => {
		api = await cluster();
		declare({});
	});
	afterEach(() => api.close());

	/** Both stores, with a Secret each; `change` is of the near one. */
	function declare(change: object): void {
		const stores = [near, far].map(({ store }, n) => ({
			...store,
			credentialsSecret: `store-${store.name}`,
			...(n === 0 ? change : {}),
		}));
		const text = JSON.stringify({ ...settings(), stores });
		api.routes.set(`GET ${base}/configmaps/mysql-settings`, [200, { data: { "settings.json": text } }]);
		for (const { store, keys } of [near, far]) {
			const data = { accessKey: encoded(keys.accessKey), secretKey: encoded(keys.secretKey) };
			api.routes.set(`GET ${base}/secrets/store-${store.name}`, [200, { data }]);
		}
	}

	test("shows where they are, and no keys", async () => {
		const { code, out } = await run(api, "stores");
		expect(code).toBe(0);
		expect(out).toHaveLength(3);
		expect(out[1]).toContain(near.store.endpoint);
		expect(out.join("\n")).not.toContain(near.keys.secretKey);
	});

	test("finds that a bucket without versions keeps nothing that is replaced", async () => {
		const { code, out } = await run(api, "stores --check");
		expect(code).toBe(3);
		expect(out.join("\n")).toContain("store near: bucket evidence keeps no versions: turn versioning on");
	});

	test("holds where each can be used and is protected as declared", async () => {
		for (const gateway of [near, far]) await gateway.makeBucket(`kept-${gateway.store.name}`, { objectLock: true });
		const stores = [near, far].map(({ store }) => ({
			...store,
			bucket: `kept-${store.name}`,
			credentialsSecret: `store-${store.name}`,
		}));
		const text = JSON.stringify({ ...settings(), stores });
		api.routes.set(`GET ${base}/configmaps/mysql-settings`, [200, { data: { "settings.json": text } }]);
		const { code, out } = await run(api, "stores --check");
		expect({ code, out }).toEqual({
			code: 0,
			out: ["near", "far"].map((name) => `ok ${name}: written, read and listed, and protected as declared`),
		});
	});

	test("names a bucket that is not there, and goes on with the other", async () => {
		declare({ bucket: "nowhere" });
		const { code, out } = await run(api, "stores --check --json");
		expect(code).toBe(3);
		const [first, second] = JSON.parse(out.join("\n")).checks;
		expect(first).toMatchObject({
			store: "near",
			problems: [{ remedy: expect.stringContaining("make bucket nowhere") }],
		});
		expect(second.problems[0].wrong).toContain("keeps no versions");
	});

	test("are written with what opens them to a file of the owner's, with which backups are found without a cluster", async () => {
		const file = join(temporary("stores"), "stores.json");
		expect((await run(api, `stores --export ${file}`)).code).toBe(0);
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(readFileSync(file, "utf8")).toContain(near.keys.secretKey);
		await near.open().put(entryKey("mysql", entry.id), Buffer.from(JSON.stringify(entry)), "once");
		const seen = api.seen.length;
		const { code, out, err } = await run(api, `backups --stores ${file}`);
		expect({ code, err }).toEqual({ code: 0, err: [] });
		expect(out.find((line) => line.startsWith(entry.id))).toMatch(/full .* yes +-|full .* missing +yes/);
		expect(api.seen).toHaveLength(seen);
	});
});

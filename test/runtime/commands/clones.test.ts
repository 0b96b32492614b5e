/** The clones that there are, from the operator's desk, against an API that plays the cluster. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { cloneNamespace } from "../../../runtime/clone/cloneStorage.ts";
import { cloneFacts } from "../clone/facts.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { cluster, run, uuid } from "./scene.ts";

const clone = "mysql-clone-3f2a";

// Programs are loaded when they are called, on a machine that may have other things to do.
jest.setTimeout(120_000);

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
});
afterEach(() => api.close());

const changes = () => api.seen.filter(({ method }) => method !== "GET");

describe("the clones that there are", () => {
	const path = "/api/v1/namespaces";
	const namespace = (name: string, expiresAt: string) => cloneNamespace(cloneFacts({ name, expiresAt }));
	const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000 + 60_000).toISOString();
	beforeEach(() => {
		api.routes.set(`GET ${path}`, [200, { items: [namespace("later", inHours(30)), namespace(clone, inHours(3))] }]);
		api.routes.set(`GET ${path}/later/pods`, [200, { items: [] }]);
		const serving = { status: { conditions: [{ type: "Ready", status: "True" }] } };
		api.routes.set(`GET ${path}/${clone}/pods`, [200, { items: [serving] }]);
		api.routes.set(`GET ${path}/${clone}`, [200, namespace(clone, inHours(3))]);
		api.routes.set(`GET ${path}/production`, [200, { metadata: { name: "production" } }]);
		for (const name of [clone, "production"]) {
			api.routes.set(`PATCH ${path}/${name}`, [200, {}]);
			api.routes.set(`DELETE ${path}/${name}`, () => {
				api.routes.set(`GET ${path}/${name}`, [404, {}]);
				return [200, {}];
			});
		}
	});

	test("are listed with what they are of, those that go first at the top", async () => {
		const { out } = await run(api, "clone list");
		expect(out[1]).toMatch(/^mysql-clone-3f2a +mysql\/mysql +mysql-snapshot-1 +.* ago +serving +in 3 h$/);
		expect(out[2]).toMatch(/^later .* starting +in 30 h$/);
		const { clones } = JSON.parse((await run(api, "clone list --json")).out.join("\n"));
		expect(clones[1]).toMatchObject({ name: clone, of: "mysql", state: "serving", gtidExecuted: `${uuid}:1-42` });
	});

	test("that should be gone are pointed out", async () => {
		api.routes.set(`GET ${path}`, [200, { items: [namespace(clone, inHours(-2))] }]);
		const { out } = await run(api, "clone list");
		expect(out.at(-1)).toContain(`! ${clone} should be gone: mysql-dr clone delete ${clone}`);
	});

	test("live longer from now on when that is asked", async () => {
		expect((await run(api, `clone extend ${clone} --ttl 24h`)).code).toBe(0);
		const { annotations } = JSON.parse(changes()[0]?.body ?? "").metadata;
		const left = Date.parse(annotations["mysql-dr/clone-expires-at"]) - Date.now();
		expect(Math.round(left / 3_600_000)).toBe(24);
	});

	test("are deleted when that is confirmed", async () => {
		expect((await run(api, `clone delete ${clone}`)).code).toBe(2);
		expect(changes()).toEqual([]);
		const { code, out } = await run(api, `clone delete ${clone} --yes`);
		expect(code).toBe(0);
		expect(out.at(-1)).toBe(`${clone} is gone`);
	});

	test.each(["extend production", "delete production --yes", "delete nobody --yes"])(
		"are all that %s is for",
		async (words) => {
			const { code, err } = await run(api, `clone ${words}`);
			expect(code).toBe(2);
			expect(err.at(-1)).toMatch(/is no clone|there is no clone/);
			expect(changes()).toEqual([]);
		},
	);
});

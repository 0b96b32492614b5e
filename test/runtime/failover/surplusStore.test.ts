import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { KubeConfig } from "@kubernetes/client-node";
import { surplusStore } from "../../../runtime/failover/surplusStore.ts";
import type { ObjectStore } from "../../../runtime/store/objectStore.ts";
import { type FakeApi, fakeApi } from "../kubernetes/fakeApi.ts";

const secrets = "/api/v1/namespaces/mysql/secrets";
const small = { gtids: "a:1-3", sqlGz: Buffer.from("insert") };
const large = { gtids: "a:1-3", sqlGz: Buffer.alloc(700_001) };
let api: FakeApi;
beforeEach(async () => {
	api = await fakeApi();
	api.routes.set(`POST ${secrets}`, [201, {}]);
});
afterEach(() => api.close());

/** A store that only remembers its keys, or takes nothing. */
function store(name: string, takes = true): ObjectStore & { keys: string[] } {
	const keys: string[] = [];
	const put = async (key: string) => {
		if (!takes) throw new Error("away");
		keys.push(key);
		return "written" as const;
	};
	return { name, keys, put } as unknown as ObjectStore & { keys: string[] };
}

function places(stores: readonly ObjectStore[]) {
	const kubernetes = new KubeConfig();
	kubernetes.loadFromFile(api.kubeconfig);
	return { kubernetes, namespace: "mysql", cluster: "shop", labels: { a: "b" }, stores, log: { warn: () => {} } };
}

describe("surplus transactions", () => {
	test("go to every store with their GTIDs, and then into no Secret", async () => {
		const stores = [store("near"), store("far")];
		await surplusStore(places(stores)).save("mysql-surplus-mysql-0-term-3", small);
		for (const { keys } of stores)
			expect(keys).toEqual([
				expect.stringMatching(/^surplus\/shop\/mysql-surplus-mysql-0-term-3-[0-9a-f]{8}\.sql\.gz$/),
				expect.stringMatching(/^surplus\/shop\/mysql-surplus-mysql-0-term-3-[0-9a-f]{8}\.json$/),
			]);
		expect(api.seen).toEqual([]);
	});

	test.each([
		["there is no store", []],
		["one store is away", [store("near"), store("far", false)]],
	])("are kept in a Secret when %s", async (_, stores) => {
		await surplusStore(places(stores)).save("label", small);
		expect(api.seen).toHaveLength(1);
		expect(JSON.parse(api.seen[0]?.body ?? "")).toMatchObject({
			metadata: { labels: { a: "b", "mysql-dr/surplus": "true" } },
			stringData: { gtids: "a:1-3" },
		});
	});

	test("that no Secret holds are saved where one store at least took them", async () => {
		await surplusStore(places([store("near"), store("far", false)])).save("label", large);
		expect(api.seen).toEqual([]);
	});

	test("that nobody takes are refused, so that the instance keeps them", async () => {
		const saving = surplusStore(places([store("near", false)])).save("label", large);
		await expect(saving).rejects.toMatchObject({ name: "RefusedError" });
	});
});

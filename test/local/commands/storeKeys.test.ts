import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { writeStoreKeys } from "../../../local/commands/storeKeys.ts";
import { type FakeApi, fakeApi } from "../../runtime/kubernetes/fakeApi.ts";
import { temporary } from "../../runtime/temporary.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await fakeApi();
});
afterEach(() => api.close());

function site() {
	const credentialsFile = join(temporary("keys"), "credentials.json");
	writeFileSync(credentialsFile, JSON.stringify({ accessKey: "who", secretKey: "what" }));
	const store = { name: "store-1", region: "local-1", endpoint: "http://127.0.0.1:1", bucket: "b", credentialsFile };
	return { kubeconfig: api.kubeconfig, stores: [store] };
}

test("each database gets the keys of each store, under the name that its settings know", async () => {
	for (const namespace of ["one", "two"]) api.routes.set(`POST /api/v1/namespaces/${namespace}/secrets`, [201, {}]);
	await writeStoreKeys(site(), ["one", "two"]);
	expect(api.seen.map(({ url }) => url)).toEqual(["/api/v1/namespaces/one/secrets", "/api/v1/namespaces/two/secrets"]);
	expect(JSON.parse(api.seen[0]?.body ?? "")).toMatchObject({
		metadata: { name: "mysql-store-store-1" },
		stringData: { accessKey: "who", secretKey: "what" },
	});
});

test("keys that were made anew replace the old ones", async () => {
	api.routes.set("POST /api/v1/namespaces/one/secrets", [409, { kind: "Status", code: 409 }]);
	api.routes.set("PUT /api/v1/namespaces/one/secrets/mysql-store-store-1", [200, {}]);
	await writeStoreKeys(site(), ["one"]);
	expect(api.seen.at(-1)?.method).toBe("PUT");
});

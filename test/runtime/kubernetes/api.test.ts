import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { clusterAccess } from "../../../runtime/kubernetes/access.ts";
import { orNull, UnreachableError } from "../../../runtime/kubernetes/api.ts";
import { type FakeApi, fakeApi, kubeconfigFile } from "./fakeApi.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await fakeApi();
});
afterEach(() => api.close());

const access = (env = {}) => clusterAccess({ kubeconfig: api.kubeconfig, namespace: "db" }, env);

describe("a request", () => {
	test("that the API refuses says what, why and the status", async () => {
		api.routes.set("GET /api/v1/nodes", [403, { kind: "Status", message: "nodes is forbidden" }]);
		await expect(access().nodes()).rejects.toMatchObject({
			name: "ApiError",
			status: 403,
			message: "Kubernetes API: GET /api/v1/nodes: nodes is forbidden (403)",
		});
	});

	test("without an answer ends at its deadline", async () => {
		api.routes.set("GET /api/v1/nodes", "silence");
		const asked = access().api.text("/api/v1/nodes", { deadlineMs: 50 });
		await expect(asked).rejects.toThrow(/^Kubernetes API at http:\/\/127.0.0.1:\d+: no answer within 0.05 s$/);
	});

	test("to nobody says why and where", async () => {
		const nobody = clusterAccess({ kubeconfig: kubeconfigFile("http://127.0.0.1:1") }, {});
		await expect(nobody.nodes()).rejects.toThrow(UnreachableError);
		await expect(nobody.nodes()).rejects.toThrow(/^Kubernetes API at http:\/\/127.0.0.1:1: .+/);
	});

	test("that its caller gives up rejects with the caller's reason", async () => {
		api.routes.set("GET /api/v1/nodes", "silence");
		const own = new AbortController();
		const asked = access().api.text("/api/v1/nodes", { signal: own.signal });
		own.abort(new Error("interrupted"));
		await expect(asked).rejects.toThrow("interrupted");
	});

	test("for what is not there gives null, and only then", async () => {
		await expect(access().pod("mysql-9")).resolves.toBeNull();
		await expect(orNull(Promise.reject(new Error("other")))).rejects.toThrow("other");
	});
});

describe("a ConfigMap", () => {
	const path = "/api/v1/namespaces/db/configmaps";

	test("without a version is created", async () => {
		api.routes.set(`POST ${path}`, [201, {}]);
		await access().writeConfigMap({ metadata: { name: "a" }, data: { key: "value" } });
		expect(api.seen).toMatchObject([{ method: "POST", url: path, type: "application/json" }]);
	});

	test("with a version is replaced, and somebody quicker is a conflict", async () => {
		api.routes.set(`PUT ${path}/a`, [409, { message: "modified" }]);
		const write = access().writeConfigMap({ metadata: { name: "a", resourceVersion: "7" } });
		await expect(write).rejects.toMatchObject({ status: 409 });
		expect(JSON.parse(api.seen[0]?.body ?? "")).toEqual({ metadata: { name: "a", resourceVersion: "7" } });
	});
});

test("a pod's log is asked for by container and lines", async () => {
	api.routes.set("GET /api/v1/namespaces/db/pods/p/log", [200, "one\ntwo\n"]);
	await expect(access().log("p", "c", 2, { timestamps: true })).resolves.toEqual(["one", "two"]);
	expect(api.seen[0]?.url).toBe("/api/v1/namespaces/db/pods/p/log?container=c&tailLines=2&timestamps=true");
});

test("a pod that is gone already is deleted without a complaint", async () => {
	await expect(access().deletePod("gone")).resolves.toBeUndefined();
});

test("the namespace is the option's, then the pod's own, then mysql", () => {
	const { kubeconfig } = api;
	expect(clusterAccess({ kubeconfig, namespace: "a" }, { POD_NAMESPACE: "b" }).namespace).toBe("a");
	expect(clusterAccess({ kubeconfig }, { POD_NAMESPACE: "b" }).namespace).toBe("b");
	expect(clusterAccess({ kubeconfig }, {}).namespace).toBe("mysql");
});

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { clusterAccess } from "../../../runtime/kubernetes/access.ts";
import { leaderStatus } from "../../../runtime/kubernetes/watchdogStatus.ts";
import { type FakeApi, fakeApi } from "./fakeApi.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await fakeApi();
});
afterEach(() => api.close());

const ask = () => leaderStatus(clusterAccess({ kubeconfig: api.kubeconfig, namespace: "db" }, {}));
const lease = (holderIdentity: string) =>
	api.routes.set("GET /apis/coordination.k8s.io/v1/namespaces/db/leases/mysql-watchdog", [
		200,
		{ spec: { holderIdentity } },
	]);
const pod = (name: string, status: number, body: unknown) =>
	api.routes.set(`GET /api/v1/namespaces/db/pods/${name}:8080/proxy/status`, [status, body]);
const pods = (...phases: string[]) =>
	api.routes.set("GET /api/v1/namespaces/db/pods", [200, { items: phases.map((phase) => ({ status: { phase } })) }]);

test("the holder of the lease is asked", async () => {
	lease("w-1");
	pod("w-1", 200, { site: "dev" });
	await expect(ask()).resolves.toEqual({ site: "dev" });
});

test("one that no longer leads names another, who is asked then", async () => {
	lease("w-1");
	pod("w-1", 421, { leader: "w-2" });
	pod("w-2", 200, { site: "dev" });
	await expect(ask()).resolves.toEqual({ site: "dev" });
});

test("two that name each other do not keep us for ever", async () => {
	lease("w-1");
	pod("w-1", 421, { leader: "w-2" });
	pod("w-2", 421, { leader: "w-1" });
	pods("Running", "Running", "Pending");
	await expect(ask()).rejects.toThrow(
		"w-1 leads but does not answer; 2 of 3 watchdogs run in namespace db (kubectl -n db get pods)",
	);
});

test("a leader whose pod is gone is said so", async () => {
	lease("w-1");
	pod("w-1", 503, "no endpoints");
	pods("Running");
	await expect(ask()).rejects.toThrow(/^w-1 leads but does not answer; 1 of 1/);
});

test("nobody there is said with what to do", async () => {
	pods();
	await expect(ask()).rejects.toThrow("there is no watchdog in namespace db; is the stack up? (npm run up)");
});

test("a denied request is not taken for a missing leader", async () => {
	lease("w-1");
	pod("w-1", 403, { message: "forbidden" });
	await expect(ask()).rejects.toMatchObject({ name: "ApiError", status: 403 });
});

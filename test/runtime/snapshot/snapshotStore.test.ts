import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { quiescedAnnotation } from "../../../runtime/failover/quiesce.ts";
import { clusterAccess } from "../../../runtime/kubernetes/access.ts";
import { podHold } from "../../../runtime/snapshot/podHold.ts";
import { snapshotName, snapshotStore } from "../../../runtime/snapshot/snapshotStore.ts";
import { type FakeApi, fakeApi } from "../kubernetes/fakeApi.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await fakeApi();
});
afterEach(() => api.close());

const access = () => clusterAccess({ kubeconfig: api.kubeconfig, namespace: "db" }, {}).api;
const store = (deadlineMs?: number) =>
	snapshotStore({
		api: access(),
		namespace: "db",
		cluster: "orders",
		...(deadlineMs === undefined ? {} : { deadlineMs }),
	});
const all = "/apis/snapshot.storage.k8s.io/v1/namespaces/db/volumesnapshots";
const contents = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents";
const done = [200, {}] as const;
/** What changed something, in order. */
const changes = () => api.seen.filter(({ method }) => method !== "GET").map(({ method, url }) => `${method} ${url}`);

describe("a snapshot in Kubernetes", () => {
	test("is asked for with its class, its claim, the cluster's labels and what it will hold", async () => {
		api.routes.set(`POST ${all}`, done);
		const annotations = { "mysql-dr/gtid-executed": "u:1-7" };
		await store().create({ name: "mysql-1", snapshotClass: "ebs", claim: "data-mysql-2", annotations });
		expect(JSON.parse(api.seen[0]?.body ?? "")).toEqual({
			apiVersion: "snapshot.storage.k8s.io/v1",
			kind: "VolumeSnapshot",
			metadata: {
				name: "mysql-1",
				namespace: "db",
				labels: {
					"app.kubernetes.io/name": "mysql",
					"app.kubernetes.io/part-of": "mysql-dr",
					"app.kubernetes.io/component": "snapshot",
					"mysql-dr/cluster": "orders",
				},
				annotations,
			},
			spec: { volumeSnapshotClassName: "ebs", source: { persistentVolumeClaimName: "data-mysql-2" } },
		});
	});

	test("is found by its labels, and by its name where there is one", async () => {
		api.routes.set(`GET ${all}`, [200, { items: [{ metadata: { name: "mysql-1" } }] }]);
		expect(await store().list()).toEqual([{ metadata: { name: "mysql-1" } }]);
		expect(decodeURIComponent(api.seen[0]?.url ?? "")).toContain("mysql-dr/cluster=orders");
		expect(await store().read("mysql-2")).toBeNull();
	});

	test("is let go with what the storage holds, which is told so before the object goes", async () => {
		const bound = { metadata: { uid: "u" }, status: { boundVolumeSnapshotContentName: "content-1" } };
		api.routes.set(`GET ${all}/mysql-1`, [200, bound]);
		api.routes.set(`PATCH ${contents}/content-1`, done);
		api.routes.set(`DELETE ${all}/mysql-1`, done);
		await store().letGo("mysql-1");
		expect(changes()).toEqual([`PATCH ${contents}/content-1`, `DELETE ${all}/mysql-1`]);
		const patch = api.seen.find(({ method }) => method === "PATCH");
		expect([patch?.type, patch?.body]).toEqual([
			"application/merge-patch+json",
			'{"spec":{"deletionPolicy":"Delete"}}',
		]);
	});

	test("that is not bound yet is let go by the name that its content will have, or has not yet", async () => {
		api.routes.set(`GET ${all}/mysql-1`, [200, { metadata: { uid: "u-7" } }]);
		api.routes.set(`DELETE ${all}/mysql-1`, done);
		await store().letGo("mysql-1");
		expect(changes()).toEqual([`PATCH ${contents}/snapcontent-u-7`, `DELETE ${all}/mysql-1`]);
	});

	test("stays where its content may not be told: the storage would hold it for ever, and nobody would know", async () => {
		const bound = { metadata: { uid: "u" }, status: { boundVolumeSnapshotContentName: "content-1" } };
		api.routes.set(`GET ${all}/mysql-1`, [200, bound]);
		api.routes.set(`PATCH ${contents}/content-1`, [403, { message: "forbidden" }]);
		await expect(store().letGo("mysql-1")).rejects.toThrow("forbidden");
		expect(changes()).toEqual([`PATCH ${contents}/content-1`]);
	});

	test("that is gone already is no fault", async () => {
		await store().letGo("mysql-1");
		expect(changes()).toEqual([]);
	});

	test("of which nobody answers is given up at its deadline", async () => {
		api.routes.set(`GET ${all}`, "silence");
		await expect(store(50).list()).rejects.toThrow("no answer within 0.05 s");
	});

	test("is named after its moment, so that names sort as they were made, and Kubernetes takes them", () => {
		const names = ["2026-11-27T05:04:38.123Z", "2026-11-27T05:04:38.124Z"].map((at) => snapshotName(new Date(at)));
		expect(names).toEqual(["mysql-20261127t050438123z", "mysql-20261127t050438124z"]);
	});
});

describe("the order on a pod", () => {
	const pod = "/api/v1/namespaces/db/pods/mysql-1";

	test("is written with who gave it, each time another, and taken away", async () => {
		api.routes.set(`PATCH ${pod}`, done);
		const hold = podHold({ api: access(), namespace: "db", by: "job-1" });
		await hold.take("mysql-1");
		await hold.release("mysql-1");
		const [taken, released] = api.seen.map(({ body }) => JSON.parse(body).metadata.annotations[quiescedAnnotation]);
		expect(JSON.parse(taken)).toEqual({ until: expect.any(Number), by: "job-1" });
		expect(released).toBeNull();
	});

	test("cannot be given to a pod that is not there, and need not be taken from it", async () => {
		const hold = podHold({ api: access(), namespace: "db", by: "job-1" });
		await expect(hold.take("mysql-1")).rejects.toMatchObject({ status: 404 });
		await hold.release("mysql-1");
	});
});

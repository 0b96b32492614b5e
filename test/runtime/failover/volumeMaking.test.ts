import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { KubeConfig } from "@kubernetes/client-node";
import { type Volumes, watchVolumes } from "../../../runtime/failover/volumes.ts";
import { type FakeApi, fakeApi } from "../kubernetes/fakeApi.ts";
import { snapshotObject } from "../snapshot/snapshotObjects.ts";
import { ManualClock } from "./manualClock.ts";

const base = "/api/v1/namespaces/mysql";
const claims = `${base}/persistentvolumeclaims`;
const claimAt = `${claims}/data-mysql-1`;
const mapAt = `${base}/configmaps/mysql-volumes`;
const protection = "kubernetes.io/pvc-protection";
const hold = "mysql-dr/replaced";

let api: FakeApi;
let volumes: Volumes;
beforeEach(async () => {
	api = await fakeApi();
	const config = new KubeConfig();
	config.loadFromFile(api.kubeconfig);
	const clock = new ManualClock();
	volumes = watchVolumes({ config, namespace: "mysql", cluster: "shop", clock, onError: () => {} });
});
afterEach(() => api.close());

function claim(finalizers: readonly string[], ending: boolean, storage = "10Gi"): void {
	const metadata = {
		name: "data-mysql-1",
		uid: "claim-1",
		resourceVersion: "7",
		labels: { "app.kubernetes.io/component": "database" },
		annotations: { "pulumi.com/skipAwait": "true", "pv.kubernetes.io/bind-completed": "yes" },
		finalizers,
		...(ending ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
	};
	const spec = {
		accessModes: ["ReadWriteOnce"],
		storageClassName: "fast",
		volumeName: "pv-1",
		resources: { requests: { storage } },
	};
	api.routes.set(`GET ${claimAt}`, [200, { metadata, spec, status: { phase: "Bound" } }]);
	api.routes.set(`PATCH ${claimAt}`, [200, {}]);
	api.routes.set(`POST ${claims}`, [201, {}]);
	api.routes.set(`PATCH ${mapAt}`, [200, {}]);
}
const sent = () => api.seen.filter(({ method }) => method !== "GET").map(({ method, url }) => `${method} ${url}`);
const body = (method: string, url: string) =>
	JSON.parse(api.seen.find((seen) => seen.method === method && seen.url.startsWith(url))?.body ?? "null");

describe("a claim is held", () => {
	test("by a finalizer beside those that it has, if it is still as it was read", async () => {
		claim([protection], false);
		await volumes.hold("mysql-1", "claim-1");
		expect(body("PATCH", claimAt)).toEqual({ metadata: { resourceVersion: "7", finalizers: [protection, hold] } });
	});

	test("once, and never another one of its name", async () => {
		claim([hold], false);
		await volumes.hold("mysql-1", "claim-1");
		expect(sent()).toEqual([]);
		await expect(volumes.hold("mysql-1", "claim-0")).rejects.toMatchObject({ name: "RefusedError" });
	});
});

describe("another is made", () => {
	const of = { snapshot: "taken", volumeBytes: 5 * 2 ** 30 };

	test("after its instance can learn which volume it will stand on, and the moment that the old one goes", async () => {
		claim([hold], true);
		expect(await volumes.make("mysql-1", of)).toBe(true);
		expect(sent()).toEqual([`PATCH ${mapAt}`, `PATCH ${claimAt}`, `POST ${claims}`]);
		expect(body("PATCH", mapAt)).toEqual({ data: { "mysql-1": "claim-1" } });
		expect(body("PATCH", claimAt)).toEqual({ metadata: { resourceVersion: "7", finalizers: null } });
		expect(body("POST", claims)).toEqual({
			metadata: {
				name: "data-mysql-1",
				labels: { "app.kubernetes.io/component": "database" },
				annotations: { "pulumi.com/skipAwait": "true" },
			},
			spec: {
				accessModes: ["ReadWriteOnce"],
				storageClassName: "fast",
				resources: { requests: { storage: "10Gi" } },
				dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "taken" },
			},
		});
	});

	test("as large as what the snapshot was taken of", async () => {
		claim([hold], true, "3Gi");
		await volumes.make("mysql-1", of);
		expect(body("POST", claims).spec.resources.requests.storage).toBe("5Gi");
	});

	test("by the StatefulSet where it was faster, or where there is no snapshot", async () => {
		claim([hold], true);
		api.routes.set(`POST ${claims}`, [409, { message: "already exists" }]);
		expect(await volumes.make("mysql-1", of)).toBe(false);
		expect(await volumes.make("mysql-1", null)).toBe(false);
		expect(sent().filter((what) => what.startsWith("POST"))).toHaveLength(1);
	});

	test("not while something uses the old one, nor in place of one that was not given up", async () => {
		claim([protection, hold], true);
		await expect(volumes.make("mysql-1", of)).rejects.toMatchObject({ name: "RefusedError" });
		claim([hold], false);
		expect(await volumes.make("mysql-1", of)).toBe(false);
		expect(sent()).toEqual([]);
	});
});

describe("what it can be made of", () => {
	const snapshots = "/apis/snapshot.storage.k8s.io/v1/namespaces/mysql/volumesnapshots";
	const classOf = (name: string, storageClassName: string) =>
		api.routes.set(`GET ${claims}/data-${name}`, [200, { metadata: {}, spec: { storageClassName } }]);
	const items = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"].map((takenAt, n) =>
		snapshotObject(`taken-${n}`, { gtids: "", takenAt, ...(n === 0 ? {} : { verifiedAt: null }) }),
	);

	test("are the verified snapshots of the same storage", async () => {
		api.routes.set(`GET ${snapshots}`, [200, { items }]);
		classOf("mysql-1", "fast");
		classOf("mysql-2", "fast");
		expect(await volumes.sources("mysql-1")).toMatchObject([{ name: "taken-0", volumeBytes: 2 * 2 ** 30 }]);
		classOf("mysql-2", "slow");
		expect(await volumes.sources("mysql-1")).toEqual([]);
	});

	test("is nothing where the kind is not there, or may not be read", async () => {
		expect(await volumes.sources("mysql-1")).toEqual([]);
		api.routes.set(`GET ${snapshots}`, [403, { message: "forbidden" }]);
		expect(await volumes.sources("mysql-1")).toEqual([]);
	});
});

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { KubeConfig } from "@kubernetes/client-node";
import { type Volumes, watchVolumes } from "../../../runtime/failover/volumes.ts";
import { type FakeApi, fakeApi } from "../kubernetes/fakeApi.ts";
import { ManualClock } from "./manualClock.ts";

const base = "/api/v1/namespaces/mysql";
const claimAt = `${base}/persistentvolumeclaims/data-mysql-1`;
const podAt = `${base}/pods/mysql-1`;
const volumeAt = "/api/v1/persistentvolumes/pv-1";
const note = { instance: "mysql-1", cluster: "shop", reason: "why", at: "2026-01-01T00:00:00.000Z" };
const kept = { name: "pv-1", phase: "Bound", reclaimPolicy: "Retain" };

let api: FakeApi;
let clock: ManualClock;
let volumes: Volumes;
let errors: unknown[];
beforeEach(async () => {
	api = await fakeApi();
	clock = new ManualClock();
	errors = [];
	const config = new KubeConfig();
	config.loadFromFile(api.kubeconfig);
	volumes = watchVolumes({
		config,
		namespace: "mysql",
		cluster: "shop",
		clock,
		onError: (error) => errors.push(error),
	});
});
afterEach(() => api.close());

function there(phase = "Bound", reclaimPolicy = "Delete"): void {
	const status = { phase, capacity: { storage: "1G" } };
	const asked = { volumeName: "pv-1", resources: { requests: { storage: "1Gi" } } };
	api.routes.set(`GET ${claimAt}`, [
		200,
		{ metadata: { uid: "claim-1", creationTimestamp: "2026-01-01T00:00:00Z" }, spec: asked, status },
	]);
	const spec = { persistentVolumeReclaimPolicy: reclaimPolicy };
	api.routes.set(`GET ${volumeAt}`, [200, { metadata: { name: "pv-1" }, spec, status: { phase: "Bound" } }]);
	const running = { containerStatuses: [{ name: "mysql", restartCount: 0, state: { running: {} } }] };
	api.routes.set(`GET ${podAt}`, [200, { metadata: { name: "mysql-1", uid: "pod-1" }, status: running }]);
}
const sent = (method: string) => api.seen.filter((seen) => seen.method === method);

describe("a look at a volume", () => {
	test("tells of its claim, of itself and of its pod", async () => {
		there();
		expect(volumes.seen("mysql-1")).toBeNull();
		const found = await volumes.look("mysql-1");
		expect(found).toEqual({
			claim: {
				...{ uid: "claim-1", phase: "Bound", volume: "pv-1", ending: false, requested: 2 ** 30, capacity: 10 ** 9 },
				...{ held: false, source: null, madeAt: Date.parse("2026-01-01T00:00:00Z") },
			},
			volume: { name: "pv-1", phase: "Bound", reclaimPolicy: "Delete" },
			mountFailure: null,
			lostMs: 0,
			pod: { uid: "pod-1", note: null, running: true },
		});
		expect(volumes.seen("mysql-1")).toEqual(found);
	});

	test("counts for how long it has been lost, anew after it was there again", async () => {
		there();
		api.routes.delete(`GET ${volumeAt}`);
		expect(await volumes.look("mysql-1")).toMatchObject({ volume: "absent", lostMs: 0 });
		clock.pass(12_000);
		expect(await volumes.look("mysql-1")).toMatchObject({ lostMs: 12_000 });
		there();
		expect(await volumes.look("mysql-1")).toMatchObject({ lostMs: 0 });
		there("Lost");
		expect(await volumes.look("mysql-1")).toMatchObject({ lostMs: 0 });
	});

	test("knows nothing of a volume that it may not read, and of nothing where there is nothing", async () => {
		there();
		api.routes.set(`GET ${volumeAt}`, [403, { message: "forbidden" }]);
		expect(await volumes.look("mysql-1")).toMatchObject({ volume: null, lostMs: 0 });
		api.routes.clear();
		expect(await volumes.look("mysql-1")).toEqual({
			claim: null,
			volume: null,
			mountFailure: null,
			lostMs: 0,
			pod: null,
		});
	});

	test("asks for events only of a pod that waits for its volumes", async () => {
		there();
		await volumes.look("mysql-1");
		expect(api.seen.filter(({ url }) => url.includes("/events"))).toEqual([]);
		const conditions = [{ type: "PodScheduled", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" }];
		api.routes.set(`GET ${podAt}`, [
			200,
			{ metadata: { name: "mysql-1", uid: "pod-1" }, status: { phase: "Pending", conditions } },
		]);
		const message = 'AttachVolume.Attach failed for volume "pv-1" : gone';
		const event = { metadata: {}, reason: "FailedAttachVolume", message, lastTimestamp: "2026-01-01T00:00:00Z" };
		api.routes.set(`GET ${base}/events`, [200, { items: [event] }]);
		expect(await volumes.look("mysql-1")).toMatchObject({ mountFailure: message });
		expect(api.seen.at(-1)?.url + api.seen.map(({ url }) => url).join()).toContain("involvedObject.uid%3Dpod-1");
	});
});

describe("a volume that is put aside", () => {
	test("is made to outlive its claim, and only then is said why it is there", async () => {
		api.routes.set(`PATCH ${volumeAt}`, [200, { spec: { persistentVolumeReclaimPolicy: "Retain" } }]);
		await volumes.keep({ ...kept, reclaimPolicy: "Delete" }, note);
		const [policy, said] = sent("PATCH").map(({ body }) => JSON.parse(body));
		expect(policy).toEqual({ spec: { persistentVolumeReclaimPolicy: "Retain" } });
		expect(said.metadata.labels).toEqual({ "mysql-dr/set-aside": "shop" });
		expect(JSON.parse(said.metadata.annotations["mysql-dr/set-aside"])).toEqual(note);
	});

	test("is not given up where it cannot be made to", async () => {
		const doomed = { ...kept, reclaimPolicy: "Delete" };
		api.routes.set(`PATCH ${volumeAt}`, [403, { message: "forbidden" }]);
		await expect(volumes.keep(doomed, note)).rejects.toMatchObject({ name: "RefusedError" });
		api.routes.set(`PATCH ${volumeAt}`, [200, { spec: { persistentVolumeReclaimPolicy: "Delete" } }]);
		await expect(volumes.keep(doomed, note)).rejects.toMatchObject({ name: "RefusedError" });
	});

	test("is given up without a word on it where it is kept anyway and the word is not taken", async () => {
		api.routes.set(`PATCH ${volumeAt}`, [403, { message: "forbidden" }]);
		await volumes.keep(kept, note);
		expect(errors).toHaveLength(1);
	});
});

test("a larger volume is asked for, and where its class does not allow it that is said", async () => {
	api.routes.set(`PATCH ${claimAt}`, [200, {}]);
	await volumes.grow("mysql-1", 12 * 2 ** 30);
	expect(JSON.parse(sent("PATCH")[0]?.body ?? "")).toEqual({ spec: { resources: { requests: { storage: "12Gi" } } } });
	api.routes.set(`PATCH ${claimAt}`, [403, { message: "the storageclass must support resize" }]);
	await expect(volumes.grow("mysql-1", 12 * 2 ** 30)).rejects.toThrow("must support resize");
});

describe("giving up", () => {
	test("deletes the very claim and the very pod that were seen, the claim first", async () => {
		api.routes.set(`DELETE ${claimAt}`, [200, {}]);
		api.routes.set(`DELETE ${podAt}`, [200, {}]);
		await volumes.release("mysql-1", "claim-1", "pod-1");
		expect(sent("DELETE").map(({ url, body }) => [url, JSON.parse(body).preconditions.uid])).toEqual([
			[claimAt, "claim-1"],
			[podAt, "pod-1"],
		]);
	});

	test("is no failure where they are gone, and ends where another has their name", async () => {
		await volumes.release("mysql-1", "claim-1", "pod-1");
		await volumes.release("mysql-1", null, null);
		api.routes.set(`DELETE ${claimAt}`, [409, { message: "the UID in the precondition does not match" }]);
		await expect(volumes.release("mysql-1", "claim-0", "pod-1")).rejects.toThrow();
		expect(sent("DELETE").filter(({ url }) => url === podAt)).toHaveLength(1);
	});
});

test("looks go on while the API is away, which is said once, and end when told to", async () => {
	const stop = new AbortController();
	api.routes.set(`GET ${claimAt}`, [500, { message: "away" }]);
	const running = volumes.run(["mysql-1"], stop.signal);
	for (let round = 0; round < 3; round++) {
		await clock.asleep();
		clock.pass(5000);
	}
	expect(errors).toHaveLength(1);
	there();
	for (let round = 0; round < 2; round++) {
		await clock.asleep();
		if (round === 0) clock.pass(5000);
	}
	expect(volumes.seen("mysql-1")?.claim?.uid).toBe("claim-1");
	stop.abort();
	clock.pass(5000);
	await running;
});

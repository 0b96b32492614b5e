import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { clusterAccess } from "../../../runtime/kubernetes/access.ts";
import { snapshotStore } from "../../../runtime/snapshot/snapshotStore.ts";
import { verifySnapshot } from "../../../runtime/snapshot/verifySnapshot.ts";
import { job } from "../commands/backupScene.ts";
import { uuid } from "../commands/scene.ts";
import { type FakeApi, fakeApi } from "../kubernetes/fakeApi.ts";

const name = "mysql-20261127t050438123z";
const object = `/apis/snapshot.storage.k8s.io/v1/namespaces/mysql/volumesnapshots/${name}`;
const jobs = "/apis/batch/v1/namespaces/mysql/jobs";
const cronJob = "/apis/batch/v1/namespaces/mysql/cronjobs/mysql-snapshot-check";
const held = `${uuid}:1-42`;
const at = "2026-11-27T05:10:00.000Z";
const found = { snapshot: name, at, seconds: 12.5, gtidExecuted: held, fault: null };

let api: FakeApi;
beforeEach(async () => {
	api = await fakeApi();
	ready("3Gi");
	api.routes.set(`PATCH ${object}`, [200, {}]);
});
afterEach(() => api.close());

function ready(restoreSize: string, readyToUse = true): void {
	const annotations = { "mysql-dr/gtid-executed": held };
	api.routes.set(`GET ${object}`, [200, { metadata: { name, annotations }, status: { readyToUse, restoreSize } }]);
}

/** The check says this, and ends so. */
function check(log: readonly object[], exitCode = 0): void {
	job(api, "mysql-snapshot-check", log, exitCode);
	const requests = { storage: "2Gi" };
	const dataSource = { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "not-said-yet" };
	const claim = { volumeClaimTemplate: { spec: { dataSource, resources: { requests } } } };
	const volumes = [
		{ name: "tmp", emptyDir: {} },
		{ name: "volume", ephemeral: claim },
	];
	const template = { spec: { containers: [{ name: "job", args: ["job", "check-snapshot"] }], volumes } };
	const metadata = { name: "mysql-snapshot-check", namespace: "mysql", uid: "u-1" };
	api.routes.set(`GET ${cronJob}`, [200, { metadata, spec: { jobTemplate: { spec: { template } } } }]);
}

const told: string[] = [];
function verify(signal = new AbortController().signal) {
	const access = clusterAccess({ kubeconfig: api.kubeconfig, namespace: "mysql" }, {});
	const store = snapshotStore({ api: access.api, namespace: "mysql", cluster: "mysql" });
	return verifySnapshot({ access, store, tell: ({ message = "" }) => void told.push(message), signal }, name);
}

const begun = () => JSON.parse(api.seen.find(({ method, url }) => method === "POST" && url === jobs)?.body ?? "{}");
const written = () => {
	const patches = api.seen.filter(({ method, url }) => method === "PATCH" && url === object);
	return patches.map(({ body }) => JSON.parse(body).metadata.annotations);
};

describe("a snapshot is tried", () => {
	test("by a job whose volume is made of it, as large as it needs", async () => {
		check([{ result: found }]);
		expect(await verify()).toEqual({ verifiedAt: at, fault: null, seconds: 12.5 });
		const { containers, volumes } = begun().spec.template.spec;
		expect(containers[0].args).toEqual(["job", "check-snapshot", name]);
		const { spec } = volumes[1].ephemeral.volumeClaimTemplate;
		expect(spec.dataSource.name).toBe(name);
		expect(spec.resources).toEqual({ requests: { storage: "3Gi" } });
		expect(written()).toEqual([{ "mysql-dr/verified-at": at, "mysql-dr/fault": null }]);
	});

	test("on a volume of an instance's size where that is more", async () => {
		ready("1Gi");
		check([{ result: found }]);
		await verify();
		const { volumes } = begun().spec.template.spec;
		expect(volumes[1].ephemeral.volumeClaimTemplate.spec.resources.requests.storage).toBe("2Gi");
	});

	test("and marked with what is wrong, for good", async () => {
		check([{ result: { ...found, gtidExecuted: null, fault: "the copy's table `app`.`t` is broken" } }]);
		expect(await verify()).toMatchObject({ verifiedAt: null, fault: "the copy's table `app`.`t` is broken" });
		expect(written()).toEqual([
			{ "mysql-dr/fault": "the copy's table `app`.`t` is broken", "mysql-dr/verified-at": null },
		]);
	});

	test("and of no use where it holds other transactions than are written on it, more or fewer", async () => {
		for (const gtidExecuted of [`${uuid}:1-41`, `${uuid}:1-43`, ""]) {
			check([{ result: { ...found, gtidExecuted } }]);
			const { fault } = await verify();
			expect(fault).toMatch(/^the copy holds .*, which is not what was written on it$/);
		}
	});

	test("without a verdict where the trial itself fails: nothing is known of the snapshot then", async () => {
		check([{ error: { message: "no node has room" } }], 1);
		await expect(verify()).rejects.toThrow(/^job mysql-snapshot-check-\w+ failed .*: no node has room$/);
		check([{ result: { something: "else" } }]);
		await expect(verify()).rejects.toThrow(/without a verdict/);
		expect(written()).toEqual([]);
	});

	test("although the API server is away for a moment, twice", async () => {
		check([{ result: found }]);
		for (const path of [`GET ${object}`, "GET /api/v1/namespaces/mysql/pods"]) {
			const answer = api.routes.get(path) as [number, unknown];
			let asked = 0;
			api.routes.set(path, () => (asked++ === 0 ? "gone" : answer));
		}
		expect(await verify()).toMatchObject({ verifiedAt: at });
	});

	test("not at all once it is gone", async () => {
		api.routes.delete(`GET ${object}`);
		await expect(verify()).rejects.toThrow(`${name} was deleted`);
	});

	test("until it is told to end, and its volume goes", async () => {
		const stop = new AbortController();
		check([]);
		const pod = { metadata: { name: "pod-1" }, status: { phase: "Pending" } };
		api.routes.set("GET /api/v1/namespaces/mysql/pods", () => {
			stop.abort(new Error("told to end"));
			return [200, { items: [pod] }];
		});
		const removed: string[] = [];
		api.routes.set(`POST ${jobs}`, ({ body }) => {
			const made = JSON.parse(body);
			api.routes.set(`GET ${jobs}/${made.metadata.name}`, [200, made]);
			api.routes.set(`DELETE ${jobs}/${made.metadata.name}`, () => {
				removed.push(made.metadata.name);
				return [200, {}];
			});
			return [201, made];
		});
		await expect(verify(stop.signal)).rejects.toThrow("told to end");
		expect(removed).toEqual([expect.stringMatching(/^mysql-snapshot-check-/)]);
	});
});

/** What an operator's desk does for a restore that begins with a snapshot. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { V1Job } from "@kubernetes/client-node";
import { givenSnapshot } from "../../../runtime/restore/base.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { snapshotObject } from "../snapshot/snapshotObjects.ts";
import { cluster, run, uuid } from "./scene.ts";

const base = "/api/v1/namespaces/mysql";
const batch = "/apis/batch/v1/namespaces/mysql";
const snapshots = "/apis/snapshot.storage.k8s.io/v1/namespaces/mysql/volumesnapshots";

// Programs are loaded when they are called, on a machine that may have other things to do.
jest.setTimeout(120_000);

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
	const claim = { spec: { storageClassName: "fast", resources: { requests: { storage: "1Gi" } } } };
	const volumes = [
		{ name: "tmp", emptyDir: {} },
		{ name: "volume", ephemeral: { volumeClaimTemplate: claim } },
	];
	const spec = { containers: [{ name: "job", image: "runtime:1", args: ["job", "restore"] }], volumes };
	const jobTemplate = { metadata: { labels: { part: "restore" } }, spec: { backoffLimit: 0, template: { spec } } };
	const metadata = { name: "mysql-restore", namespace: "mysql", uid: "u-1" };
	api.routes.set(`GET ${batch}/cronjobs/mysql-restore`, [200, { metadata, spec: { jobTemplate } }]);
	api.routes.set(`POST ${batch}/jobs`, ({ body }) => [201, JSON.parse(body)]);
	const state = { terminated: { exitCode: 0 } };
	const pod = { metadata: { name: "pod-1" }, status: { phase: "Running", containerStatuses: [{ state }] } };
	api.routes.set(`GET ${base}/pods`, [200, { items: [pod] }]);
	const plan = { target: "latest", snapshot: { name: "mysql-snapshot-2" } };
	const result = { gtidExecuted: `${uuid}:1-42`, plan, loaded: { tables: ["app_restored.t"], rows: 3, seconds: 1 } };
	api.routes.set(`GET ${base}/pods/pod-1/log`, [200, JSON.stringify({ result })]);
	const items = [
		snapshotObject("mysql-snapshot-1", { gtids: `${uuid}:1-20`, takenAt: "2026-11-25T02:00:00Z" }),
		snapshotObject("mysql-snapshot-2", { gtids: `${uuid}:1-30`, takenAt: "2026-11-25T06:00:00Z", bytes: 2 ** 30 }),
		snapshotObject("mysql-snapshot-3", { gtids: `${uuid}:1-40`, takenAt: "2026-11-25T08:00:00Z", verifiedAt: null }),
	];
	api.routes.set(`GET ${snapshots}`, [200, { items }]);
	for (const { metadata } of items) api.routes.set(`PATCH ${snapshots}/${metadata?.name}`, [200, {}]);
});
afterEach(() => api.close());

const restore = (words: string) => run(api, `restore --only app.t ${words}`);
const made = () => api.seen.filter(({ method }) => method === "POST").map(({ body }) => JSON.parse(body) as V1Job);
const volumeOf = (job: V1Job | undefined) =>
	job?.spec?.template.spec?.volumes?.find(({ name }) => name === "volume")?.ephemeral?.volumeClaimTemplate?.spec;

describe("mysql-dr restore --from-snapshot", () => {
	test("gives the job a volume of the newest that fits, large enough for a replay, and tells it what is on it", async () => {
		const { code, out, err } = await restore("--to latest --from-snapshot");
		expect(code).toBe(0);
		const [job] = made();
		expect(volumeOf(job)).toEqual({
			storageClassName: "fast",
			// The volume that it is of, a tenth of the data, and what a replay takes at most.
			resources: { requests: { storage: "6Gi" } },
			dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "mysql-snapshot-2" },
		});
		const args = job?.spec?.template.spec?.containers[0]?.args ?? [];
		expect(givenSnapshot(args[args.indexOf("--snapshot") + 1] ?? "")).toMatchObject({
			...{ name: "mysql-snapshot-2", gtidExecuted: `${uuid}:1-30`, alone: false },
		});
		expect(err.join("\n")).toContain("its volume is made from snapshot mysql-snapshot-2");
		expect(out[0]).toBe("restored to latest, from snapshot mysql-snapshot-2");
	});

	test("keeps the snapshot from being let go until the copy is made, and no longer", async () => {
		await restore("--to latest --from-snapshot");
		const changes = api.seen.filter(({ method }) => method === "PATCH" || method === "POST");
		const steps = changes.map(
			({ method, url, body }) =>
				`${method} ${url.split("/").at(-1)} ${/"mysql-dr.in-use-by":[^}]*/.exec(body)?.[0] ?? ""}`,
		);
		expect(steps).toEqual([
			'PATCH mysql-snapshot-2 "mysql-dr/in-use-by":"restore to latest"',
			"POST jobs ",
			'PATCH mysql-snapshot-2 "mysql-dr/in-use-by":null',
		]);
	});

	test("takes an older one for an earlier target, and the one that is named alone", async () => {
		await restore("--to 2026-11-25T05:00:00Z --from-snapshot");
		await restore("--to latest --from-snapshot mysql-snapshot-1");
		const words = made().map((job) => job.spec?.template.spec?.containers[0]?.args ?? []);
		const given = words.map((args) => givenSnapshot(args[args.indexOf("--snapshot") + 1] ?? ""));
		expect(given).toMatchObject([
			{ name: "mysql-snapshot-1", alone: false },
			{ name: "mysql-snapshot-1", alone: true },
		]);
	});

	test.each([
		["--to latest --from-snapshot mysql-snapshot-3", "mysql-snapshot-3 cannot be used: no copy of it was booted yet"],
		["--to 2026-11-25T01:00:00Z --from-snapshot", "none of 2 was taken before 2026-11-25T01:00:00.000000Z"],
		["--to latest --from-snapshot other", 'there is no snapshot "other"'],
	])("%s is refused, and begins nothing", async (words, message) => {
		const { code, err } = await restore(words);
		expect(code).toBe(2);
		expect(err.at(-1)).toContain(message);
		expect(made()).toEqual([]);
	});

	test("without it the volume is empty, as the stack declares it", async () => {
		await restore("--to latest");
		expect(volumeOf(made()[0])).toEqual({
			storageClassName: "fast",
			resources: { requests: { storage: "1Gi" } },
		});
		expect(api.seen.some(({ url }) => url.startsWith(snapshots))).toBe(false);
	});
});

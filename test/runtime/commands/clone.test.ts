/** Clones from the operator's desk, against an API that plays the cluster. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { cloneRights } from "../../../runtime/clone/cloneRights.ts";
import { cloneFacts, productionSettings } from "../clone/facts.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { snapshotObject } from "../snapshot/snapshotObjects.ts";
import { job } from "./backupScene.ts";
import { cluster, run, uuid } from "./scene.ts";

const clone = "mysql-clone-3f2a";
const inClone = `/api/v1/namespaces/${clone}`;
const storage = "/apis/snapshot.storage.k8s.io/v1";
const snapshots = `${storage}/namespaces/mysql/volumesnapshots`;
const contents = `${storage}/volumesnapshotcontents`;
const reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const rbac = "/apis/rbac.authorization.k8s.io/v1";

// Programs are loaded when they are called, on a machine that may have other things to do.
jest.setTimeout(120_000);

let api: FakeApi;
let denied: (attributes: { verb: string; resource: string }) => boolean;
beforeEach(async () => {
	api = await cluster();
	denied = () => false;
	const { routes } = api;
	const settings = JSON.stringify(productionSettings());
	routes.set("GET /api/v1/namespaces/mysql/configmaps/mysql-settings", [200, { data: { "settings.json": settings } }]);
	routes.set(`POST ${reviews}`, ({ body }) => {
		const { resourceAttributes } = JSON.parse(body).spec;
		return [201, { status: { allowed: !denied(resourceAttributes) } }];
	});
	shownSnapshots([snapshotObject("mysql-snapshot-1", { gtids: `${uuid}:1-42`, takenAt: "2026-11-25T06:00:00Z" })]);
	routes.set(`GET ${contents}/content-of-mysql-snapshot-1`, [200, cloneFacts().content]);
	routes.set("GET /api/v1/namespaces/mysql/persistentvolumeclaims/data-mysql-2", [
		200,
		{ spec: { storageClassName: "fast" } },
	]);
	const slice = { endpoints: [{ addresses: ["10.0.0.1"] }], ports: [{ port: 6443 }] };
	routes.set("GET /apis/discovery.k8s.io/v1/namespaces/default/endpointslices", [200, { items: [slice] }]);
	const service = { spec: { clusterIPs: ["10.96.0.1"], ports: [{ port: 443 }] } };
	routes.set("GET /api/v1/namespaces/default/services/kubernetes", [200, service]);
	for (const path of [
		...["configmaps", "secrets", "services", "serviceaccounts", "persistentvolumeclaims"].map(
			(one) => `${inClone}/${one}`,
		),
		`/apis/networking.k8s.io/v1/namespaces/${clone}/networkpolicies`,
		`/apis/batch/v1/namespaces/${clone}/cronjobs`,
		`/apis/apps/v1/namespaces/${clone}/statefulsets`,
		`${storage}/namespaces/${clone}/volumesnapshots`,
		...[contents, `${rbac}/clusterroles`, `${rbac}/clusterrolebindings`],
	]) {
		routes.set(`POST ${path}`, [201, {}]);
	}
	routes.set("POST /api/v1/namespaces", ({ body }) => {
		const { metadata, ...rest } = JSON.parse(body);
		return [201, { ...rest, metadata: { ...metadata, uid: "uid-1" } }];
	});
	const bound = { spec: { volumeName: "pv-7" }, status: { phase: "Bound" } };
	routes.set(`GET ${inClone}/persistentvolumeclaims/data`, [200, bound]);
	routes.set("PATCH /api/v1/persistentvolumes/pv-7", [200, {}]);
	routes.set(`DELETE ${storage}/namespaces/${clone}/volumesnapshots/data`, [200, {}]);
	routes.set(`DELETE ${contents}/${clone}`, [200, {}]);
	routes.set(`DELETE ${inClone}`, [200, {}]);
	serverSays([
		{ step: "opening it" },
		{ result: { gtidExecuted: `${uuid}:1-42`, locked: ["x@%"], kept: [], seconds: 4 } },
	]);
});
afterEach(() => api.close());

function shownSnapshots(items: ReturnType<typeof snapshotObject>[]): void {
	api.routes.set(`GET ${snapshots}`, [200, { items }]);
	for (const { metadata } of items) api.routes.set(`PATCH ${snapshots}/${metadata?.name}`, [200, {}]);
}

function serverSays(log: readonly object[], status: object = {}): void {
	const conditions = [{ type: "Ready", status: "True" }];
	const containerStatuses = [{ restartCount: 0, state: { running: {} } }];
	const pod = { metadata: { name: "mysql-0" }, status: { phase: "Running", conditions, containerStatuses, ...status } };
	api.routes.set(`GET ${inClone}/pods`, [200, { items: [pod] }]);
	api.routes.set(`GET ${inClone}/pods/mysql-0/log`, [200, log.map((line) => JSON.stringify(line)).join("\n")]);
}

const create = (words = "") => run(api, `clone --name ${clone}${words === "" ? "" : ` ${words}`}`);
const changes = () => api.seen.filter(({ method, url }) => method !== "GET" && url !== reviews);
const steps = () => changes().map(({ method, url }) => `${method} ${url.split("?")[0]}`);

describe("mysql-dr clone", () => {
	test("says where it answers and how its password is shown, and shows none", async () => {
		const { code, out, err } = await create("--from-namespace ci --ttl 2h");
		expect(code).toBe(0);
		const text = out.join("\n");
		expect(text).toContain("the database as it was at 2026-11-25T06:00:00.000Z (mysql-snapshot-1)");
		expect(text).toContain(`reach it from pods of ${clone}, ci: mysql.${clone}.svc.cluster.local:3306`);
		expect(text).toContain(`mysql-dr credentials app -n ${clone}`);
		expect(text).toContain("locked, since production knows their passwords: x@%");
		const bodies = changes().map(({ body }) => (body === "" ? {} : JSON.parse(body)));
		const secrets = bodies
			.filter(({ kind }) => kind === "Secret")
			.flatMap(({ stringData }) => Object.values(stringData));
		expect(secrets.length).toBe(5);
		for (const secret of secrets) expect([...out, ...err].join("\n")).not.toContain(secret);
	});

	test("makes what keeps it in before what it is, keeps its snapshot until its volume is there, and leaves no object of it", async () => {
		await create();
		const all = steps();
		const at = (step: string) => {
			expect(all).toContain(step);
			return all.indexOf(step);
		};
		const order = [
			"POST /api/v1/namespaces",
			`PATCH ${snapshots}/mysql-snapshot-1`,
			`POST /apis/networking.k8s.io/v1/namespaces/${clone}/networkpolicies`,
			`POST /apis/batch/v1/namespaces/${clone}/cronjobs`,
			`POST ${contents}`,
			`POST /apis/apps/v1/namespaces/${clone}/statefulsets`,
			"PATCH /api/v1/persistentvolumes/pv-7",
			`DELETE ${contents}/${clone}`,
		].map(at);
		expect(order).toEqual(order.toSorted((a, b) => a - b));
		const used = changes().filter(({ url }) => url.endsWith("/mysql-snapshot-1"));
		expect(used.map(({ body }) => JSON.parse(body).metadata.annotations)).toEqual([
			{ "mysql-dr/in-use-by": `clone ${clone}` },
			{ "mysql-dr/in-use-by": null },
		]);
		const volume = changes().find(({ url }) => url.endsWith("/pv-7"));
		expect(JSON.parse(volume?.body ?? "")).toEqual({ spec: { persistentVolumeReclaimPolicy: "Delete" } });
		expect(all).not.toContain(`DELETE ${inClone}`);
	});

	test("prints one document", async () => {
		const document = JSON.parse((await create("--json --events")).out.join("\n"));
		expect(document).toMatchObject({
			...{ clone, of: "mysql", host: `mysql.${clone}.svc.cluster.local`, port: 3306, events: true },
			...{ snapshot: "mysql-snapshot-1", takenAt: "2026-11-25T06:00:00.000Z", gtidExecuted: `${uuid}:1-42` },
			...{ accounts: { locked: ["x@%"], kept: [] }, seconds: expect.any(Number), serverSeconds: 4 },
		});
		const left = Date.parse(document.expiresAt) - Date.now();
		expect(Math.round(left / 3_600_000)).toBe(8);
	});

	test("asks for every right that it uses before it changes anything, and names all that are lacking", async () => {
		denied = ({ verb, resource }) =>
			resource === "persistentvolumes" || (verb === "create" && resource === "clusterroles");
		const { code, err } = await create();
		expect(code).toBe(4);
		expect(err.at(-1)).toContain(
			"may not create clusterroles.rbac.authorization.k8s.io, patch persistentvolumes; use one that may",
		);
		expect(changes()).toEqual([]);
		const asked = api.seen
			.filter(({ url }) => url === reviews)
			.map(({ body }) => JSON.parse(body).spec.resourceAttributes);
		expect(asked).toEqual(cloneRights("mysql", clone));
	});

	test("uses no right that it did not ask for", async () => {
		await create();
		const resources = new Set(cloneRights("mysql", clone).map(({ verb, resource }) => `${verb} ${resource}`));
		const verbs: Record<string, string> = { POST: "create", PATCH: "patch", DELETE: "delete" };
		const used = changes().map(({ method, url }) => {
			const parts = url.split("?")[0]?.split("/") ?? [];
			const named = method !== "POST" ? parts.at(-2) : parts.at(-1);
			return `${verbs[method]} ${named}`;
		});
		expect(used.filter((right) => !resources.has(right))).toEqual([]);
	});

	test("takes a snapshot where there is none that can be used, or where that is said", async () => {
		const before = snapshotObject("mysql-snapshot-1", { gtids: `${uuid}:1-42`, takenAt: "2026-11-25T06:00:00Z" });
		const fresh = snapshotObject("mysql-snapshot-2", { gtids: `${uuid}:1-50`, takenAt: "2026-11-25T09:00:00Z" });
		job(api, "mysql-snapshot", [{ result: { snapshot: { name: "mysql-snapshot-2" }, verdict: {}, released: [] } }], 0);
		const { routes } = api;
		const make = routes.get("POST /apis/batch/v1/namespaces/mysql/jobs");
		routes.set("POST /apis/batch/v1/namespaces/mysql/jobs", (seen) => {
			shownSnapshots([before, fresh]);
			return typeof make === "function" ? make(seen) : "silence";
		});
		routes.set(`GET ${contents}/content-of-mysql-snapshot-2`, [200, cloneFacts().content]);
		const { code, out } = await create("--from now");
		expect(code).toBe(0);
		expect(out[0]).toContain("(mysql-snapshot-2)");
	});

	test.each<[string, string, string]>([
		["of a snapshot that there is not", "--from mysql-snapshot-9", 'there is no snapshot "mysql-snapshot-9"'],
		["smaller than its snapshot", "--size 1Gi", "--size: the snapshot is of a volume of 2147483648 bytes"],
		["of no size", "--size big", '--size: "big" is not a size'],
		["for a moment", "--ttl 10s", "--ttl: a clone lives for 5 minutes at least"],
		["for longer than a clone is for", "--ttl 31d", "30 days at most"],
	])("%s is refused, and nothing is made", async (_, words, message) => {
		const { code, err } = await create(words);
		expect(code).toBe(2);
		expect(err.at(-1)).toContain(message);
		expect(changes()).toEqual([]);
	});

	test("is refused where volumes cannot be snapshot, with the way to a copy all the same", async () => {
		api.routes.set(`GET ${snapshots}`, [404, {}]);
		const settings = JSON.stringify({ ...productionSettings(), snapshots: {} });
		api.routes.set("GET /api/v1/namespaces/mysql/configmaps/mysql-settings", [
			200,
			{ data: { "settings.json": settings } },
		]);
		const { code, err } = await create();
		expect(code).toBe(2);
		expect(err.at(-1)).toContain("mysql-dr restore --to latest --into scratch");
		expect(changes()).toEqual([]);
	});

	test("does not touch a namespace that is there already", async () => {
		api.routes.set("POST /api/v1/namespaces", [409, { message: "exists" }]);
		const { code, err } = await create();
		expect(code).toBe(2);
		expect(err.at(-1)).toContain(`--name: there is a namespace ${clone} already`);
		expect(steps()).toEqual(["POST /api/v1/namespaces"]);
	});

	test("that cannot be made leaves nothing behind, and says in its server's words why", async () => {
		const terminated = { terminated: { exitCode: 1 } };
		serverSays([{ error: { message: "snapshot mysql-snapshot-1 cannot be used: it holds less" } }], {
			...{ conditions: [], containerStatuses: [{ restartCount: 0, state: terminated }] },
		});
		const { code, err } = await create();
		expect(code).toBe(1);
		expect(err.at(-1)).toBe("the clone's server failed: snapshot mysql-snapshot-1 cannot be used: it holds less");
		expect(steps().at(-1)).toBe(`DELETE ${inClone}`);
	});

	test("that may not be made in the middle leaves nothing behind, and its snapshot is free again", async () => {
		api.routes.set(`POST ${contents}`, [403, { message: "no" }]);
		const { code } = await create();
		expect(code).toBe(1);
		expect(steps().slice(-2)).toEqual([`PATCH ${snapshots}/mysql-snapshot-1`, `DELETE ${inClone}`]);
	});
});

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { cluster, run, settings, uuid } from "./scene.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
});
afterEach(() => api.close());

const maps = "GET /api/v1/namespaces/mysql/configmaps";
const lastChange = {
	kind: "failover",
	term: 4,
	from: "mysql-1",
	to: "mysql-2",
	reason: "connect ECONNREFUSED",
	startedAt: "2026-11-22T12:00:00.000Z",
	finishedAt: "2026-11-22T12:00:00.900Z",
	lastOpenAt: "2026-11-22T11:59:59.500Z",
	leader: "w-1",
	steps: [
		{ at: "2026-11-22T12:00:00.100Z", step: "acknowledgements revoked", phase: "revoke" },
		{ at: "2026-11-22T12:00:00.700Z", step: "mysql-primary points to mysql-2", phase: "publish" },
	],
	gtidBefore: { "mysql-2": `${uuid}:1-42` },
	gtidAfter: `${uuid}:1-42`,
};

function recorded(change: object | undefined): void {
	const record = {
		...{ version: 1, cluster: "mysql", initialised: true, term: 4, primary: "mysql-2" },
		...{ since: "2026-11-22T12:00:00.500Z", uuids: {}, gtidAtPromotion: "", schemasReady: true, epoch: 1 },
		...(change === undefined ? {} : { lastChange: change }),
	};
	api.routes.set(`${maps}/mysql-cluster`, [200, { data: { "record.json": JSON.stringify(record) } }]);
}

describe("mysql-dr report", () => {
	test("tells the last change: who to whom, how long, each step, what was held", async () => {
		recorded(lastChange);
		const { code, out } = await run(api, "report --last");
		expect(code).toBe(0);
		const text = out.join("\n");
		expect(text).toContain("failover of term 4: mysql-1 to mysql-2");
		expect(text).toContain("took 0.90 s; no writes for 1.2 s as the watchdog saw it; led by w-1");
		expect(text).toContain("+0.70 s  mysql-primary points to mysql-2");
		expect(text).toContain("mysql-2 held");
		expect(text).toContain("no stores are declared");
	});

	test("is one JSON document, with the key under which the stores have it", async () => {
		recorded(lastChange);
		const stores = [{ name: "near", region: "local-1", kind: "s3", bucket: "b" }];
		const text = JSON.stringify({ ...settings(), stores });
		api.routes.set(`${maps}/mysql-settings`, [200, { data: { "settings.json": text } }]);
		const { code, out } = await run(api, "report --json");
		expect(code).toBe(0);
		expect(JSON.parse(out.join("\n"))).toMatchObject({
			kind: "failover",
			downtimeSeconds: 1.2,
			durationSeconds: 0.9,
			key: "evidence/failover/mysql/20261122T120000Z-term-0004-failover.json",
		});
	});

	test("says that a leader was lost half-way", async () => {
		recorded({ ...lastChange, finishedAt: null });
		expect((await run(api, "report")).out.join("\n")).toContain("its leader was lost before it ended");
	});

	test("fails where nothing has changed yet", async () => {
		recorded(undefined);
		expect((await run(api, "report")).code).toBe(1);
	});
});

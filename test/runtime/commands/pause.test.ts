import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parsePause } from "../../../runtime/failover/pause.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { fakeTerminal } from "../terminal/fakeTerminal.ts";
import { cluster, run, status } from "./scene.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
	api.routes.set(`POST ${maps}`, [201, {}]);
});
afterEach(() => api.close());

const maps = "/api/v1/namespaces/mysql/configmaps";
const requests = () => api.seen.filter(({ method }) => method !== "GET");
const written = () => JSON.parse(requests()[0]?.body ?? "{}");
const order = () => parsePause(written().data["pause.json"]);

describe("a pause", () => {
	test("is written for the watchdog, with its end and its reason", async () => {
		const { code, out } = await run(api, "pause --for 30m --reason storage --yes");
		expect(code).toBe(0);
		expect(written().metadata.name).toBe("mysql-pause");
		expect(order()).toMatchObject({ lastsMs: 1_800_000, reason: "storage" });
		expect(out[0]).toContain(order()?.until);
	});

	test("lasts an hour unless it is said otherwise", async () => {
		await run(api, "pause --yes");
		expect(order()).toMatchObject({ lastsMs: 3_600_000, reason: "" });
	});

	test("is not begun unless it is confirmed", async () => {
		const no = await run(api, "pause", fakeTerminal({ answer: false }));
		expect(no.terminal.asked).toEqual([expect.stringContaining("nobody takes over")]);
		const nobody = await run(api, "pause");
		expect([no.code, nobody.code, requests()]).toEqual([2, 2, []]);
	});

	test.each(["0s", "8d", "soon"])("for %s is bad input", async (time) => {
		const { code } = await run(api, `pause --yes --for ${time}`);
		expect([code, requests()]).toEqual([2, []]);
	});

	test("is ended before its time, and ending none is no failure", async () => {
		const none = await run(api, "unpause");
		expect([none.code, none.out, requests()]).toEqual([0, ["there was no pause"], []]);
		const pause = {
			id: "p",
			at: "2026-01-01T00:00:00Z",
			until: "2026-01-01T01:00:00Z",
			lastsMs: 3_600_000,
			reason: "",
		};
		const metadata = { name: "mysql-pause", resourceVersion: "5" };
		api.routes.set(`GET ${maps}/mysql-pause`, [200, { metadata, data: { "pause.json": JSON.stringify(pause) } }]);
		api.routes.set(`PUT ${maps}/mysql-pause`, [200, {}]);
		const { code } = await run(api, "unpause");
		expect([code, written().data, written().metadata.resourceVersion]).toEqual([0, {}, "5"]);
	});

	test("is shown by status, with how to end it", async () => {
		const paused = { until: "2026-01-01T01:00:00.000Z", reason: "storage" };
		const leader = "/api/v1/namespaces/mysql/pods/w-1:8080/proxy/status";
		api.routes.set(`GET ${leader}`, [200, status({ paused, alerts: ["paused"] })]);
		const { out } = await run(api, "status");
		const said = out.filter((line) => line.includes("paused"));
		expect(said).toEqual([
			"! paused until 2026-01-01T01:00:00.000Z (storage): nothing is changed; mysql-dr unpause ends it",
		]);
	});
});

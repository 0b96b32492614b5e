import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { fakeTerminal } from "../terminal/fakeTerminal.ts";
import { cluster, run, status } from "./scene.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
	const seen = status({ alerts: ["quorum"], doing: "the primary mysql-1 and mysql-2 cannot be read" });
	const instances = seen.instances.map((i) => (i.name === "mysql-0" ? i : { ...i, gtidExecuted: null }));
	api.routes.set("GET /api/v1/namespaces/mysql/pods/w-1:8080/proxy/status", [200, { ...seen, instances }]);
});
afterEach(() => api.close());

const base = "/api/v1/namespaces/mysql/configmaps";
const requests = () => api.seen.filter(({ method }) => method !== "GET");

describe("a promotion with loss", () => {
	test("without --accept-loss is refused with 4, and says what may be lost", async () => {
		const { code, err } = await run(api, "promote mysql-0 --yes");
		expect([code, requests()]).toEqual([4, []]);
		expect(err.join("\n")).toContain("mysql-2 cannot be read: what it alone holds is given up, acknowledged or not");
	});

	test("is asked for only when it is confirmed as well", async () => {
		const { code, terminal } = await run(api, "promote mysql-0 --accept-loss", fakeTerminal({ answer: false }));
		expect([code, requests()]).toEqual([2, []]);
		expect(terminal.asked).toEqual(["Make mysql-0 the primary and give up what it does not hold?"]);
	});

	test("is asked of the watchdog, whose refusal ends with 4", async () => {
		let asked: Record<string, unknown> = {};
		api.routes.set(`POST ${base}`, ({ body }) => {
			asked = JSON.parse(JSON.parse(body).data["request.json"]);
			return [201, {}];
		});
		api.routes.set(`GET ${base}/mysql-cluster`, () => {
			const at = "2026-11-22T12:00:00.000Z";
			const answer = { id: asked.id ?? "", state: "refused", message: "mysql-0 holds nothing", at };
			const record = { version: 1, cluster: "mysql", initialised: true, term: 4, primary: "mysql-1", since: at };
			const rest = { uuids: {}, gtidAtPromotion: "", schemasReady: true, request: answer };
			return [200, { data: { "record.json": JSON.stringify({ ...record, ...rest }) } }];
		});
		const { code, err } = await run(api, "promote mysql-0 --accept-loss --yes");
		expect(code).toBe(4);
		expect(asked).toMatchObject({ kind: "promote", to: "mysql-0", acceptLoss: true });
		expect(err.at(-1)).toContain("mysql-0 holds nothing");
	});

	test.each(["mysql-1", "mysql-7"])("of %s is bad input", async (name) => {
		const { code } = await run(api, `promote ${name} --accept-loss --yes`);
		expect([code, requests()]).toEqual([2, []]);
	});
});

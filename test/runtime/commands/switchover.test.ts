import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Answer } from "../../../runtime/failover/record.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { fakeTerminal } from "../terminal/fakeTerminal.ts";
import { answeringWatchdog } from "./answeringWatchdog.ts";
import { cluster, run, uuid } from "./scene.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
});
afterEach(() => api.close());

const base = "/api/v1/namespaces/mysql/configmaps";

/** What it has done when it answers. */
const changed = {
	term: 4,
	primary: "mysql-2",
	since: "2026-11-22T12:00:00.500Z",
	uuids: { "mysql-2": uuid },
	lastChange: {
		kind: "switchover",
		term: 4,
		from: "mysql-1",
		to: "mysql-2",
		reason: "requested",
		startedAt: "2026-11-22T12:00:00.000Z",
		finishedAt: "2026-11-22T12:00:00.600Z",
		steps: [
			{ at: "2026-11-22T12:00:00.100Z", step: "the old primary refuses writes" },
			{ at: "2026-11-22T12:00:00.400Z", step: "mysql-2 opened" },
		],
		gtidBefore: {},
		gtidAfter: "",
	},
};

const watchdog = (state: Answer["state"], message: string) =>
	answeringWatchdog(api, { state, message, at: "2026-11-22T12:00:00.700Z", record: changed });

const requests = () => api.seen.filter(({ method }) => method !== "GET");

describe("a switchover", () => {
	test("asks the watchdog and shows what it did", async () => {
		const { request } = watchdog("done", "mysql-2 is the primary of term 4");
		const { code, out } = await run(api, "switchover --to mysql-2 --yes");
		expect(code).toBe(0);
		expect(request()).toMatchObject({ kind: "switchover", to: "mysql-2" });
		expect(out).toEqual([
			"+0.10 s  the old primary refuses writes",
			"+0.40 s  mysql-2 opened",
			"mysql-2 is the primary of term 4; the switchover took 0.60 s",
			"next: mysql-dr status",
		]);
	});

	test("that the watchdog refuses ends with 4 and its reason", async () => {
		watchdog("refused", "mysql-2 is not ready");
		const { code, err } = await run(api, "switchover --yes");
		expect({ code, err }).toEqual({ code: 4, err: ["refused: mysql-2 is not ready; see mysql-dr status"] });
	});

	test("that failed ends with 1 and says why", async () => {
		watchdog("failed", "the lease was lost");
		const { code, err } = await run(api, "switchover --yes");
		expect({ code, err }).toEqual({ code: 1, err: ["the switchover failed: the lease was lost; see mysql-dr status"] });
	});

	test("is not asked for unless it is confirmed", async () => {
		watchdog("done", "");
		const no = await run(api, "switchover", fakeTerminal({ answer: false }));
		expect(no.terminal.asked).toEqual(["Move the primary from mysql-1 to the replica that is best placed?"]);
		const nobody = await run(api, "switchover --to mysql-0");
		expect([no.code, nobody.code]).toEqual([2, 2]);
		expect(nobody.err).toEqual(["--yes: nobody can be asked here; add --yes to go ahead; nothing was changed"]);
		expect(requests()).toEqual([]);
	});

	test.each([
		["mysql-1", "--to: mysql-1 is the primary already; choose one of mysql-0, mysql-2"],
		["mysql-7", '--to: there is no instance "mysql-7"; choose one of mysql-0, mysql-2'],
	])("to %s is bad input", async (to, message) => {
		const { code, err } = await run(api, `switchover --yes --to ${to}`);
		expect({ code, err, requests: requests() }).toEqual({ code: 2, err: [message], requests: [] });
	});

	test("replaces what was asked before, by its version", async () => {
		watchdog("done", "");
		api.routes.set(`GET ${base}/mysql-request`, [
			200,
			{ metadata: { name: "mysql-request", resourceVersion: "9" }, data: {} },
		]);
		api.routes.set(`PUT ${base}/mysql-request`, [409, { message: "modified" }]);
		const { code } = await run(api, "switchover --yes");
		expect(code).toBe(1);
		expect(JSON.parse(requests()[0]?.body ?? "").metadata.resourceVersion).toBe("9");
	});
});

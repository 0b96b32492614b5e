import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Answer } from "../../../runtime/failover/record.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { fakeTerminal } from "../terminal/fakeTerminal.ts";
import { answeringWatchdog } from "./answeringWatchdog.ts";
import { cluster, run } from "./scene.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
});
afterEach(() => api.close());

const at = "2026-11-22T12:00:00.500Z";
const watchdog = (state: Answer["state"], message: string) =>
	answeringWatchdog(api, { state, message, at, record: { term: 3, primary: "mysql-1", since: at, uuids: {} } });

const requests = () => api.seen.filter(({ method }) => method !== "GET");

describe("replacing a volume", () => {
	test("asks the watchdog, and says where the old volume is", async () => {
		const { request } = watchdog("done", "mysql-2 gets a new volume, and is cloned to");
		const { code, out } = await run(api, "replace-volume mysql-2 --yes");
		expect(code).toBe(0);
		expect(request()).toMatchObject({ kind: "replaceVolume", name: "mysql-2" });
		expect(out).toEqual([
			"mysql-2 gets a new volume, and is cloned to",
			"the old volume is kept: kubectl get persistentvolumes -l mysql-dr/set-aside",
			"next: mysql-dr status --wait-protected",
		]);
	});

	test("that could lose the last copy ends with 4", async () => {
		watchdog("refused", "no other replica acknowledges");
		const { code, err } = await run(api, "replace-volume mysql-2 --yes");
		expect({ code, err }).toEqual({ code: 4, err: ["refused: no other replica acknowledges; see mysql-dr status"] });
	});

	test.each([
		[
			"mysql-1",
			"instance: mysql-1 is the primary; choose one of mysql-0, mysql-2, or move the primary first: mysql-dr switchover",
		],
		["mysql-7", 'instance: there is no instance "mysql-7"; choose one of mysql-0, mysql-2'],
	])("of %s is bad input", async (name, message) => {
		const { code, err } = await run(api, `replace-volume ${name} --yes`);
		expect({ code, err, requests: requests() }).toEqual({ code: 2, err: [message], requests: [] });
	});

	test("is not asked for unless it is confirmed", async () => {
		watchdog("done", "");
		const { code } = await run(api, "replace-volume mysql-2", fakeTerminal({ answer: false }));
		expect({ code, requests: requests() }).toEqual({ code: 2, requests: [] });
	});
});

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { seedRequest } from "../../../runtime/commands/seedRequest.ts";
import type { Seed } from "../../../runtime/failover/record.ts";
import { clusterAccess } from "../../../runtime/kubernetes/access.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { fakeTerminal } from "../terminal/fakeTerminal.ts";
import { cluster, uuid } from "./scene.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
});
afterEach(() => api.close());

const base = "/api/v1/namespaces/mysql/configmaps";
const at = "2026-11-25T12:00:00.000Z";
const later = "2026-11-25T12:00:07.500Z";
const wish = {
	donor: { host: "10.0.0.9", port: 3306, identity: "mysql" },
	gtids: `${uuid}:1-42`,
	replaces: "in-place",
} as const;

/** The watchdog's side: the record at each look, made of the request that was written. */
function answering(...looks: ((id: string) => object)[]) {
	let asked: Record<string, unknown> = {};
	api.routes.set(`POST ${base}`, ({ body }) => {
		asked = JSON.parse(JSON.parse(body).data["request.json"]);
		return [201, {}];
	});
	api.routes.set(`GET ${base}/mysql-cluster`, () => {
		const look = looks.length > 1 ? looks.shift() : looks[0];
		const record = { version: 1, cluster: "mysql", initialised: true, term: 4, primary: "mysql-1", since: at };
		const rest = { uuids: {}, gtidAtPromotion: "", schemasReady: true, ...look?.(String(asked.id)) };
		return [200, { data: { "record.json": JSON.stringify({ ...record, ...rest }) } }];
	});
	return () => asked;
}

const seed =
	(state: Seed["state"], steps: Seed["steps"], message = "") =>
	(id: string) => ({
		seed: {
			...{
				id,
				startedAt: at,
				donor: wish.donor,
				gtids: wish.gtids,
				beyondTerm: 0,
				first: "mysql-1",
				second: "mysql-2",
			},
			...{ before: {}, safe: "it is in the archive", attempts: {}, state, message, steps },
		},
	});

const ask = () => {
	const terminal = fakeTerminal();
	const access = clusterAccess({ kubeconfig: api.kubeconfig });
	return { terminal, seeded: seedRequest(access, wish, { terminal, signal: new AbortController().signal }) };
};

const closed = { at, step: "mysql-0 is closed" };
const done = { at: later, step: "the restored copy is open and acknowledged" };

describe("a restored copy", () => {
	test("is asked for, told of step by step, and awaited until it is open", async () => {
		const asked = answering(
			() => ({}),
			seed("copying", []),
			seed("copying", [closed]),
			seed("opening", [closed]),
			seed("done", [closed, done]),
		);
		const { terminal, seeded } = ask();
		expect(await seeded).toMatchObject({
			primary: "mysql-1",
			term: 4,
			safe: "it is in the archive",
			seconds: 7.5,
			timeline: [
				{ atSeconds: 0, step: "mysql-0 is closed" },
				{ atSeconds: 7.5, step: "the restored copy is open and acknowledged" },
			],
		});
		expect(asked()).toMatchObject({ kind: "seed", ...wish, beyondTerm: 0 });
		expect(terminal.err.filter((line) => line.includes("mysql-0 is closed"))).toHaveLength(1);
	});

	test("that the watchdog refuses is a refusal", async () => {
		answering((id) => ({ request: { id, state: "refused", message: "the database is not new", at } }));
		await expect(ask().seeded).rejects.toMatchObject({
			name: "Refusal",
			message: expect.stringContaining("the database is not new"),
		});
	});

	test("that is undone is a failure, and says why", async () => {
		answering(
			seed("copying", []),
			seed("undoing", [closed], "the donor is gone"),
			seed("undone", [closed], "the donor is gone"),
		);
		await expect(ask().seeded).rejects.toMatchObject({
			name: "FailedError",
			message: "undone: the donor is gone; the data are what they were before",
		});
	});
});

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { runProgram } from "../../../runtime/commands/program.ts";
import { exits } from "../../../runtime/exit.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { fakeTerminal } from "../terminal/fakeTerminal.ts";
import { cluster, run, status } from "./scene.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
});
afterEach(() => api.close());

const statusPath = "GET /api/v1/namespaces/mysql/pods/w-1:8080/proxy/status";

describe("help", () => {
	test.each([[["--help"]], [["status", "--help"]], [["drill", "--help"]]])(
		"%j ends with every exit code",
		async (args) => {
			const terminal = fakeTerminal();
			await expect(runProgram(args, terminal)).resolves.toBe(0);
			const text = terminal.out.join("\n");
			for (const { code, meaning } of Object.values(exits)) expect(text).toContain(`  ${code}  ${meaning}`);
			expect(terminal.err).toEqual([]);
		},
	);

	test("shows people none of the commands that run in pods", async () => {
		const terminal = fakeTerminal();
		await runProgram(["--help"], terminal);
		expect(terminal.out.join("\n")).not.toMatch(/ledger|instance prepare|^ {2}watchdog/m);
	});
});

describe("bad input ends with 2 and one line:", () => {
	test.each([
		["an unknown command", "frobnicate", /^error: unknown command 'frobnicate'/],
		["an unknown option", "status --frobnicate", /^error: unknown option '--frobnicate'/],
		["a time without a unit", "status --timeout 3", /"3" is not a duration; write a number and a unit/],
		["no runs", "drill pod --runs 0", /Write a whole number of at least 1/],
		["an unknown drill", "drill meteor", /^scenario: there is no drill "meteor"; choose one of pod, volume$/],
		[
			"an unknown runbook",
			"runbook meteor",
			/^scenario: there is no runbook for "meteor"; choose one of pod, volume, cluster, badData$/,
		],
		["an unknown account", "credentials nobody", /^account: there is no account "nobody"; choose one of app, drill$/],
	])("%s", async (_title, line, message) => {
		const { code, out, err } = await run(api, line);
		expect({ code, out }).toEqual({ code: 2, out: [] });
		expect(err.join("\n")).toMatch(message);
	});
});

describe("with --json", () => {
	test("an error is one document with its kind, and a line besides", async () => {
		const { code, out, err } = await run(api, "credentials nobody --json");
		expect(code).toBe(2);
		expect(JSON.parse(out.join("\n"))).toEqual({
			error: {
				kind: "badInput",
				exitCode: 2,
				message: 'account: there is no account "nobody"; choose one of app, drill',
				field: "account",
				value: "nobody",
				remedy: "choose one of app, drill",
			},
		});
		expect(err).toHaveLength(1);
	});

	test("the status is the leader's document, unchanged", async () => {
		const { code, out, err } = await run(api, "status --json");
		expect({ code, err }).toEqual({ code: 0, err: [] });
		expect(JSON.parse(out.join("\n"))).toEqual(status());
	});
});

describe("status", () => {
	test("in text, line by line", async () => {
		const { code, out } = await run(api, "status");
		expect(code).toBe(0);
		expect(out).toEqual([
			"mysql at dev (local-1), term 3: protected",
			"",
			"INSTANCE  ZONE    ROLE     READY  LAG    SEMI-SYNC  GTID SET",
			"mysql-0   zone-a  replica  yes    0 s    on         3e11fa47:1-42",
			"mysql-1   zone-b  primary  yes    0 s    on         3e11fa47:1-42",
			"mysql-2   zone-c  replica  yes    0.2 s  on         3e11fa47:1-42",
			"",
			"watchdog: w-1 leads in zone-c, 3 ready; nothing to do",
		]);
	});

	test("waits until all is protected", async () => {
		let looks = 0;
		api.routes.set(statusPath, () => [200, status({ protected: ++looks >= 2 })]);
		const { code } = await run(api, "status --wait-protected --timeout 10s");
		expect({ code, looks }).toEqual({ code: 0, looks: 2 });
	});

	test("says what was missing when it waited in vain", async () => {
		const instances = status().instances.map((one) =>
			one.name === "mysql-2" ? { ...one, ready: false, role: "joining" as const, reason: "cloning" } : one,
		);
		api.routes.set(statusPath, [200, status({ protected: false, instances })]);
		const { code, err } = await run(api, "status --wait-protected --timeout 100ms");
		expect(code).toBe(1);
		expect(err).toEqual(["not protected after 100ms: mysql-2 is joining (cloning)"]);
	});
});

describe("credentials", () => {
	test("are shown at a terminal", async () => {
		const { code, out } = await run(api, "credentials app", fakeTerminal({ interactive: true }));
		expect({ code, out }).toEqual({ code: 0, out: ["app-password"] });
	});

	test("go to no pipe, with --json neither, unless that is said", async () => {
		for (const line of ["credentials app", "credentials app --json"]) {
			const { code, out, err } = await run(api, line);
			expect(code).toBe(4);
			expect(out.join() + err.join()).not.toContain("app-password");
			expect(err).toEqual(["refused: a password would go to a pipe or a file; add --reveal if that is what you want"]);
		}
		expect((await run(api, "credentials app --reveal")).out).toEqual(["app-password"]);
	});

	test("are listed by name", async () => {
		expect((await run(api, "credentials")).out).toEqual(["app", "drill"]);
	});
});

test("endpoints are a ready node's address and port, with the authority", async () => {
	const { out } = await run(api, "endpoints --json");
	expect(JSON.parse(out.join("\n"))).toEqual({
		primary: { host: "10.0.0.11", port: 30306 },
		replicas: { host: "10.0.0.11", port: 30307 },
		ca: "-----BEGIN CERTIFICATE-----\n",
	});
});

describe("a runbook", () => {
	test("is printed with this stack's contacts and present state", async () => {
		const { code, out } = await run(api, "runbook pod");
		expect(code).toBe(0);
		expect(out[0]).toBe("# Runbook: one pod is lost");
		expect(out).toContain("1. **Primary DBA**: Ada Example, +1-555-0101");
		expect(out.join("\n")).toMatch(/When this was printed .*: primary `mysql-1`, protected\./);
	});

	test("is printed also when no watchdog answers: that is when it is needed", async () => {
		api.routes.set(statusPath, [503, "gone"]);
		const { code, out, err } = await run(api, "runbook pod");
		expect({ code, first: out[0] }).toEqual({ code: 0, first: "# Runbook: one pod is lost" });
		expect(err[0]).toMatch(/^without the present state: w-1 leads but does not answer/);
	});
});

test("a drill is refused where one more failure could do harm, and nothing was changed", async () => {
	api.routes.set(statusPath, [200, status({ protected: false })]);
	const { code, err } = await run(api, "drill pod");
	expect(code).toBe(4);
	expect(err).toEqual([
		"refused: the database is not protected, so a failure now could cost data or writes; wait for it: mysql-dr status --wait-protected",
	]);
	expect(api.seen.every(({ method }) => method === "GET")).toBe(true);
});

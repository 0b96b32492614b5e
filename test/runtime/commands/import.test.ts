import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { address, progressLine } from "../../../runtime/commands/import.ts";
import type { FakeApi } from "../kubernetes/fakeApi.ts";
import { temporary } from "../temporary.ts";
import { cluster, run } from "./scene.ts";

let api: FakeApi;
beforeEach(async () => {
	api = await cluster();
});
afterEach(() => api.close());

describe("bad input to mysql-dr import ends with 2 before anything is changed:", () => {
	test.each([
		["no source", "import check --user u --password-file PASSWORD", /^--from: "" is refused; write host:port/],
		["no account", "import check --from a:1 --password-file PASSWORD", /^--user: is missing/],
		["no password", "import start --from a:1 --user u", /^--password-file: is missing/],
		[
			"a file that is not there",
			"import check --from a:1 --user u --password-file /nowhere",
			/cannot be read \(ENOENT\)/,
		],
		[
			"verification without an authority",
			"import check --from a:1 --user u --password-file PASSWORD --tls-mode verify-ca",
			/^--tls-mode: needs the source's authority/,
		],
		["an unknown mode", "import check --tls-mode maybe", /Allowed choices are required, verify-ca, off/],
	])("%s", async (_title, line, message) => {
		const password = join(temporary("import"), "password");
		await writeFile(password, "secret");
		const { code, out, err } = await run(api, line.replace("PASSWORD", password));
		expect({ code, out }).toEqual({ code: 2, out: [] });
		expect(err.join("\n")).toMatch(message);
		expect(api.seen.filter(({ method }) => method !== "GET")).toEqual([]);
	});
});

test("without an import there is nothing to show, to cut over or to give up", async () => {
	for (const command of ["status", "cutover --yes", "abort --yes", "start --resume"]) {
		const { code, err } = await run(api, `import ${command}`);
		expect(code).toBe(1);
		expect(err.join("\n")).toMatch(/no import was begun in namespace mysql; begin with mysql-dr import check/);
	}
});

test.each([
	["db:3307", { host: "db", port: 3307 }],
	["db.default.svc", { host: "db.default.svc", port: 3306 }],
	["[fd00::1]:3307", { host: "fd00::1", port: 3307 }],
])("a source is named as %s", (text, expected) => {
	expect(address(text)).toEqual(expected);
});

test.each(["", "a b", "db:0", "db:70000", "fd00::1"])("a source is not named as %j", (text) => {
	expect(() => address(text)).toThrow(/--from/);
});

test("progress is told with its rate and about what remains", () => {
	const message = { type: "loading", bytes: 50 * 2 ** 20, total: 200 * 2 ** 20, seconds: 10 } as const;
	expect(progressLine(message)).toBe("loading: 50Mi of about 200Mi, 5Mi/s, about 30 s to go");
	expect(progressLine({ ...message, bytes: 250 * 2 ** 20 })).toBe("loading: 250Mi of about 200Mi, 25Mi/s");
	expect(progressLine({ type: "following", lagSeconds: 4 })).toBe("catching up: 4.0 s behind");
});

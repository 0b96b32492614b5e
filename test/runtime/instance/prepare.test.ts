import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { accountNames } from "../../../runtime/credentials/accounts.ts";
import { type Place, placeFromEnvironment } from "../../../runtime/instance/place.ts";
import { prepare } from "../../../runtime/instance/prepare.ts";
import { optionValue } from "../../../runtime/instance/probeCnf.ts";
import { settingsOf } from "./settingsOf.ts";

let root: string;
let place: Place;

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "prepare-"));
	for (const folder of ["run", "credentials"]) await mkdir(`${root}/${folder}`);
	const env = { POD_NAME: "mysql-1", POD_NAMESPACE: "mysql", POD_IP: "10.64.1.5" };
	place = {
		...placeFromEnvironment(env),
		paths: {
			run: `${root}/run`,
			volume: `${root}/volume`,
			temporary: "/tmp",
			lastWord: "/dev/null",
			settings: `${root}/settings.json`,
			credentials: `${root}/credentials`,
			tls: `${root}/tls`,
			volumes: `${root}/volumes`,
		},
	};
	await writeFile(place.paths.settings, JSON.stringify(settingsOf({})));
	for (const name of accountNames) await writeFile(`${root}/credentials/${name}`, `${name}-hunter2`);
});
afterEach(() => rm(root, { recursive: true }));

describe("prepare", () => {
	test("writes the five files, those with passwords for mysqld alone", async () => {
		await prepare(place);
		const modes = await Promise.all(
			(await readdir(place.paths.run)).sort().map(async (name) => {
				const { mode } = await stat(`${place.paths.run}/${name}`);
				return `${name} ${(mode & 0o777).toString(8)}`;
			}),
		);
		expect(modes).toEqual([
			"initialise.sh 644",
			"initialise.sql 600",
			"leave.sh 644",
			"my.cnf 644",
			"probe.cnf 600",
			"start.sh 644",
		]);
	});

	test("puts passwords nowhere but into the two secret files", async () => {
		await prepare(place);
		for (const name of ["my.cnf", "initialise.sh", "leave.sh", "start.sh"]) {
			expect(await readFile(`${place.paths.run}/${name}`, "utf8")).not.toContain("-hunter2");
		}
	});

	test("may be repeated", async () => {
		await prepare(place);
		const before = await readFile(`${place.paths.run}/my.cnf`, "utf8");
		await prepare(place);
		expect(await readFile(`${place.paths.run}/my.cnf`, "utf8")).toBe(before);
		expect(await readdir(place.paths.run)).toHaveLength(6);
	});

	test("rounds a timeout of milliseconds up to whole seconds", async () => {
		await writeFile(place.paths.settings, JSON.stringify(settingsOf({ netTimeout: 2100 })));
		await prepare(place);
		expect(await readFile(`${place.paths.run}/my.cnf`, "utf8")).toContain("replica_net_timeout = 3\n");
	});

	test("names the key of the Secret that is missing", async () => {
		await rm(`${root}/credentials/clone`);
		await expect(prepare(place)).rejects.toThrow("secret mysql-credentials, key clone: is missing (ENOENT); add it");
	});

	test("refuses a password with a newline at its end, without showing it", async () => {
		await writeFile(`${root}/credentials/app`, "hunter2\n");
		const refusal = await prepare(place).catch((error: Error) => error.message);
		expect(refusal).toContain("secret mysql-credentials, key app: ends with a newline; replace it");
		expect(refusal).not.toContain("hunter2");
	});
});

describe("the pod", () => {
	test("must be told its own name", () => {
		expect(() => placeFromEnvironment({ POD_NAMESPACE: "mysql", POD_IP: "10.0.0.1" })).toThrow("POD_NAME is not set");
	});
});

describe("optionValue", () => {
	test("any printable text reads back as mysql reads option files", () => {
		const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)) });
		fc.assert(
			fc.property(printable, (text) => {
				const quoted = optionValue(text);
				expect(quoted).toMatch(/^".*"$/);
				expect(quoted.slice(1, -1).replace(/\\(.)/g, "$1")).toBe(text);
			}),
		);
	});
});

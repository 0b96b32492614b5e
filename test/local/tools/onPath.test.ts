import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { compareVersions, findFitting, findOnPath, fits, versionIn } from "../../../local/tools/onPath.ts";

let folder = "";
const path = process.env.PATH;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "path-"));
});
afterEach(async () => {
	process.env.PATH = path;
	await rm(folder, { recursive: true });
});

async function command(name: string, says: string, place = "bin"): Promise<string> {
	await mkdir(join(folder, place), { recursive: true });
	const file = join(folder, place, name);
	await writeFile(file, `#!/bin/sh\necho '${says}'\n`);
	await chmod(file, 0o755);
	return file;
}

describe("versions", () => {
	test.each([
		["Kubernetes v1.36.4", "1.36.4"],
		["CoreDNS-1.14.7\nlinux/amd64, go1.26.8", "1.14.7"],
		["v3.259.0", "3.259.0"],
		["Version  : 1.7.0", "1.7.0"],
		["command not found", undefined],
	])("%j has version %s", (text, version) => {
		expect(versionIn(text)).toBe(version);
	});

	test("are compared by number", () => {
		expect(compareVersions("1.10", "1.9")).toBeGreaterThan(0);
		expect(compareVersions("1.36", "1.36.0")).toBe(0);
		expect(compareVersions("3.199.9", "3.200")).toBeLessThan(0);
	});

	test("fit from the minimum up to, without, the first that does not", () => {
		const range = { minimum: "1.36.0", below: "1.37" };
		expect(["1.35.9", "1.36.0", "1.36.4", "1.37.0"].filter((version) => fits(version, range))).toEqual([
			"1.36.0",
			"1.36.4",
		]);
	});
});

describe("what the PATH has", () => {
	test("is found in the first folder that has it executable", async () => {
		await command("tool", "", "second");
		await mkdir(join(folder, "first"));
		await writeFile(join(folder, "first", "tool"), "not executable");
		const places = [join(folder, "first"), join(folder, "second")].join(delimiter);
		expect(findOnPath("tool", places)).toBe(join(folder, "second", "tool"));
		expect(findOnPath("none", places)).toBeUndefined();
	});

	test("is taken only if every command is there in a fitting version", async () => {
		const presence = { commands: ["one", "two"], versionArgs: ["--version"], minimum: "2.0.0", below: "3" };
		process.env.PATH = `${join(folder, "bin")}${delimiter}${path}`;
		await command("one", "one v2.1.0");
		expect(await findFitting(presence)).toBeUndefined();
		const two = await command("two", "two v1.9.0");
		expect(await findFitting(presence)).toBeUndefined();
		await command("two", "two v2.3.0");
		expect(await findFitting(presence)).toContainEqual({ name: "two", path: two, version: "2.3.0" });
	});
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { gone, markOf, parseMark, parseStat, running, runs, signal, writeMark } from "../../../local/site/process.ts";

let folder = "";
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "site-process-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("pid files", () => {
	test("a process is found by the file that was written for it", async () => {
		const self = markOf(process.pid);
		if (!self) throw new Error("this process is not in /proc");
		await writeMark(join(folder, "self"), self);
		expect(running(join(folder, "self"))).toEqual(self);
	});

	test("a number that another process has now is not taken for ours", async () => {
		await writeFile(join(folder, "reused"), `${process.pid} 1\n`);
		expect(running(join(folder, "reused"))).toBeUndefined();
		expect(signal({ pid: process.pid, start: "1" }, "SIGKILL")).toBe(false);
	});

	test.each(["", "abc def", "12", "-5 7", "12 34 56"])("a file with %j speaks of no process", (text) => {
		expect(parseMark(text)).toBeUndefined();
	});

	test("a missing file speaks of no process", () => {
		expect(running(join(folder, "missing"))).toBeUndefined();
	});

	test("a process that ended is gone, and one that stays is not", async () => {
		const child = spawn("sleep", ["60"]);
		const mark = markOf(child.pid ?? 0);
		if (!mark) throw new Error("sleep did not start");
		expect(await gone(mark, 0.1)).toBe(false);
		signal(mark, "SIGKILL");
		await once(child, "exit");
		expect(await gone(mark, 2)).toBe(true);
		expect(runs(mark)).toBe(false);
	});

	test("a program's name with brackets and blanks does not shift the fields", () => {
		const fields = ["S", ...Array.from({ length: 18 }, () => "0"), "4711", "0"].join(" ");
		expect(parseStat(`12 (a) b (c)) ${fields}`)).toEqual({ state: "S", start: "4711" });
	});
});

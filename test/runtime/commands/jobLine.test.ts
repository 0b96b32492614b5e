import { expect, test } from "@jest/globals";
import { jobLine, jobLog, type Progress, progressText } from "../../../runtime/commands/jobLine.ts";
import { FailedError } from "../../../runtime/exit.ts";
import { sizeText } from "../../../runtime/terminal/sizeText.ts";

test("what a job writes is read at the desk", () => {
	const lines: string[] = [];
	const log = jobLog(
		(line) => lines.push(line),
		() => new Date("2026-11-25T02:00:00Z"),
	);
	log.progress({ step: "restoring files", done: 5, total: 10, unit: "bytes" });
	log.result({ id: "one" });
	log.error(new FailedError("the donor is gone"));
	expect(lines.every((line) => line.endsWith("\n"))).toBe(true);
	expect(lines[0]).toContain('"at":"2026-11-25T02:00:00.000Z"');
	expect(lines.map((line) => jobLine(line))).toEqual([
		expect.objectContaining({ kind: "progress", step: "restoring files", done: 5, total: 10, unit: "bytes" }),
		{ kind: "result", result: { id: "one" } },
		{ kind: "error", message: "the donor is gone" },
	]);
});

test("what another program says is no line of a job", () => {
	for (const text of ["", "mysqld: ready", "{", "7", "null", '{"level":30,"msg":"x"}'])
		expect(jobLine(text)).toBeNull();
});

test("progress says how much of what, how fast, and for how long", () => {
	const rows: [Progress, string][] = [
		[{ step: "booting" }, "booting"],
		[{ step: "checking", done: 3, unit: "tables" }, "checking: 3 tables"],
		[
			{ step: "restoring", done: 1.2e9, total: 4e9, unit: "bytes", rate: 1.5e8, remainingSeconds: 18.4 },
			"restoring: 1.2 GB of 4.0 GB (30 %), 150 MB/s, 18 s to go",
		],
		[{ step: "replaying", done: 0, total: 0, unit: "transactions" }, "replaying: 0 transactions of 0 transactions"],
	];
	for (const [progress, text] of rows) expect(progressText(progress)).toBe(text);
});

test("sizes have three digits at most", () => {
	expect([0, 999, 1000, 9_949, 9_951, 999_499, 1.25e9, 3e18].map(sizeText)).toEqual([
		"0 B",
		"999 B",
		"1.0 kB",
		"9.9 kB",
		"10 kB",
		"999 kB",
		"1.3 GB",
		"3000 PB",
	]);
});

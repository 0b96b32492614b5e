import { describe, expect, test } from "@jest/globals";
import { width } from "../../../runtime/terminal/paint.ts";
import { seconds, sinceStart } from "../../../runtime/terminal/seconds.ts";
import { condense, sparkline } from "../../../runtime/terminal/sparkline.ts";
import { table } from "../../../runtime/terminal/table.ts";
import { createTerminal } from "../../../runtime/terminal/terminal.ts";

function streams(isTTY: boolean, env: Record<string, string> = {}) {
	const written = { out: "", err: "" };
	const stream = (name: "out" | "err") => ({
		isTTY,
		columns: 20,
		write: (text: string) => {
			written[name] += text;
		},
	});
	const terminal = createTerminal({ out: stream("out"), err: stream("err"), input: null, env });
	return { terminal, written };
}

describe("a pipe", () => {
	const { terminal, written } = streams(false);

	test("gets plain lines, results and remarks apart, and nothing that is replaced", async () => {
		terminal.live("working");
		terminal.note("remark");
		terminal.print(terminal.paint.bad("result"));
		expect(written).toEqual({ out: "result\n", err: "remark\n" });
		expect(terminal.interactive).toBe(false);
	});

	test("is not asked", async () => {
		await expect(terminal.confirm("Go on?")).resolves.toBeNull();
	});
});

describe("a terminal", () => {
	test("gets colours, and a live line that makes room for what stays", () => {
		const { terminal, written } = streams(true);
		terminal.live("a very long line of work to do");
		terminal.note("remark");
		terminal.print(terminal.paint.good("result"));
		expect(written.err).toBe("\r\x1b[Ka very long line of\r\x1b[Kremark\n");
		expect(written.out).toBe("\x1b[32mresult\x1b[39m\n");
	});

	test.each([[{ NO_COLOR: "1" }], [{ TERM: "dumb" }]])("gets none with %j", (env) => {
		const { terminal, written } = streams(true, env);
		terminal.print(terminal.paint.good("result"));
		expect(written.out).toBe("result\n");
	});
});

test("a table's columns are as wide as their widest cell, colours not counted", () => {
	expect(width("\x1b[1mab\x1b[22m")).toBe(2);
	expect(table([["A", "B"], ["\x1b[1mlong\x1b[22m", "x"], ["s"]])).toEqual(["A     B", "\x1b[1mlong\x1b[22m  x", "s"]);
	expect(table([])).toEqual([]);
});

test("a picture shows nothing as a dot and the most as a full bar", () => {
	expect(sparkline([0, 1, 4, 8])).toBe("·▁▄█");
	expect(sparkline([])).toBe("");
	expect(sparkline([0, 0])).toBe("··");
});

test("condensing keeps the sum", () => {
	expect(condense([1, 2, 3, 4, 5], 3)).toEqual([3, 7, 5]);
	expect(condense([1, 2], 10)).toEqual([1, 2]);
});

test.each([
	[0, "0.00 s"],
	[0.4249, "0.42 s"],
	[0.996, "1.0 s"],
	[9.94, "9.9 s"],
	[71.4, "71 s"],
	[119.6, "2 min"],
	[372, "6 min 12 s"],
])("%d seconds read %s", (value, text) => {
	expect(seconds(value)).toBe(text);
});

test("times of a timeline carry their sign", () => {
	expect([sinceStart(-0.012), sinceStart(0), sinceStart(1.5)]).toEqual(["-0.01 s", "+0.00 s", "+1.50 s"]);
});

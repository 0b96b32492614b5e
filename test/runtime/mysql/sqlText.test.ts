import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { grantedSchema, sqlName, sqlString } from "../../../runtime/mysql/sqlText.ts";

/** Reads a literal the way the server's lexer does, and demands that it ends where the text ends. */
function readLiteral(literal: string): string {
	const escaped: Record<string, string> = { "0": "\0", n: "\n", r: "\r", Z: "\x1a" };
	let text = "";
	let at = 1;
	for (; literal[at] !== "'"; at++) {
		if (at >= literal.length) throw new Error("literal does not end");
		if (literal[at] !== "\\") text += literal[at];
		else text += escaped[literal[++at] ?? ""] ?? literal[at];
	}
	if (at !== literal.length - 1) throw new Error(`literal ends early: ${literal}`);
	return text;
}

const hostile = fc.string({
	unit: fc.constantFrom("'", '"', "\\", ";", "\n", "\r", "\0", "\x1a", "a", "-", "`", " ", "é"),
});

describe("sqlString", () => {
	test("any text reads back as itself and cannot end the literal", () => {
		fc.assert(
			fc.property(fc.oneof(hostile, fc.string()), (text) => {
				expect(readLiteral(sqlString(text))).toBe(text);
			}),
		);
	});

	test("any text stays on one line, as an init file needs it", () => {
		fc.assert(fc.property(hostile, (text) => expect(sqlString(text)).not.toMatch(/[\r\n]/)));
	});
});

describe("names", () => {
	test("a backtick in a name is doubled", () => {
		expect(sqlName("a`b")).toBe("`a``b`");
	});

	test("a granted schema is no pattern: app_1 does not cover appX1", () => {
		expect(grantedSchema("app_1%")).toBe("`app\\_1\\%`");
	});
});

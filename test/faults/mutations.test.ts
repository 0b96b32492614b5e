import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type Mutation, mutated, mutations } from "./mutations.ts";
import { catalogue } from "./rows/catalogue.ts";

const runtime = join(import.meta.dirname, "..", "..", "runtime");
/** What the bundle is made of; it keeps these places as they are written. */
const source = readdirSync(runtime, { recursive: true, encoding: "utf8" })
	.filter((file) => file.endsWith(".ts"))
	.map((file) => readFileSync(join(runtime, file), "utf8"))
	.join("\n");

describe("each mutation", () => {
	test.each(mutations.map((mutation) => [mutation.name, mutation] as const))("has its one place: %s", (_, mutation) => {
		expect(mutated(source, mutation)).not.toBe(source);
	});

	test.each(mutations.map(({ name, row }) => [name, row] as const))("has a row to break: %s", (_, row) => {
		expect(catalogue.map((each) => each.row)).toContain(row);
	});
});

test("a mutation that finds no place, or two, is out of date", () => {
	const mutation: Mutation = { name: "none", row: "1", from: /safe/, to: "unsafe", shows: /x/ };
	expect(() => mutated("nothing here", mutation)).toThrow("0 places");
	expect(() => mutated("safe safe", mutation)).toThrow("2 places");
});

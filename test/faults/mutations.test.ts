import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type Mutation, mutated, mutations } from "./mutations.ts";
import { catalogue } from "./rows/catalogue.ts";

const root = join(import.meta.dirname, "..", "..");

describe("each mutation", () => {
	test.each(mutations.map((mutation) => [mutation.name, mutation] as const))("has its one place: %s", (_, mutation) => {
		const text = readFileSync(join(root, mutation.file), "utf8");
		expect(mutated(text, mutation)).not.toBe(text);
	});

	test.each(mutations.map(({ name, row }) => [name, row] as const))("has a row to break: %s", (_, row) => {
		expect(catalogue.map((each) => each.row)).toContain(row);
	});
});

test("a mutation that finds no place, or two, is out of date", () => {
	const mutation: Mutation = { name: "none", row: "1", file: "", from: "safe", to: "unsafe", shows: /x/ };
	expect(() => mutated("nothing here", mutation)).toThrow("0 places");
	expect(() => mutated("safe safe", mutation)).toThrow("2 places");
});

import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import fc from "fast-check";
import { contentKey } from "../../../local/tools/key.ts";

let folder = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "key-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("different inputs have different keys, wherever their borders are", async () => {
	const inputs = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.string())));
	await fc.assert(
		fc.asyncProperty(inputs, inputs, async (a, b) => {
			const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
			expect((await contentKey(a)) === (await contentKey(b))).toBe(same);
		}),
	);
});

test("two parts never look like one", async () => {
	expect(await contentKey({ flags: ["ab", "c"] })).not.toBe(await contentKey({ flags: ["a", "bc"] }));
	expect(await contentKey({ a: "1", b: "" })).not.toBe(await contentKey({ a: "", b: "1" }));
});

test("the order in which parts are named does not matter", async () => {
	expect(await contentKey({ a: "1", b: "2" })).toBe(await contentKey({ b: "2", a: "1" }));
});

test("files and folders count by content, not by time or place", async () => {
	for (const name of ["one", "two"]) {
		await mkdir(join(folder, name, "sub"), { recursive: true });
		await writeFile(join(folder, name, "sub", "main.go"), "package main");
	}
	await utimes(join(folder, "two", "sub", "main.go"), 1, 1);
	const key = (name: string) => contentKey({ sources: { folder: join(folder, name) } });
	expect(await key("one")).toBe(await key("two"));
	await writeFile(join(folder, "two", "sub", "main_test.go"), "");
	const except = /_test\.go$/;
	expect(await contentKey({ sources: { folder: join(folder, "two"), except } })).toBe(await key("one"));
	await writeFile(join(folder, "two", "sub", "more.go"), "");
	expect(await key("one")).not.toBe(await key("two"));
});

function sorted(inputs: Record<string, unknown>): unknown[] {
	return Object.keys(inputs)
		.sort()
		.map((name) => [name, Array.isArray(inputs[name]) ? ["list", ...inputs[name]] : inputs[name]]);
}

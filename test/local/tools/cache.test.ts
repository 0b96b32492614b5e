import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { silent } from "../../../local/step.ts";
import { cached, cacheRoot, type Entry } from "../../../local/tools/cache.ts";

let root = "";
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "cache-"));
});
afterEach(() => rm(root, { recursive: true }));

function entry(make: Entry["make"], inputs: Entry["inputs"] = { recipe: "1" }): Entry {
	return { name: "thing", title: "make the thing", inputs, make };
}

test("an entry is made once for equal inputs and again for others", async () => {
	let made = 0;
	const make = async (folder: string) => {
		made += 1;
		await writeFile(join(folder, "file"), String(made));
	};
	const first = await cached(entry(make), silent, root);
	expect(await cached(entry(make), silent, root)).toBe(first);
	expect(await readFile(join(first, "file"), "utf8")).toBe("1");
	expect(await cached(entry(make, { recipe: "2" }), silent, root)).not.toBe(first);
	expect(made).toBe(2);
});

test("builders of the same entry at the same time make it once", async () => {
	let made = 0;
	const make = async () => {
		made += 1;
		await new Promise((resolve) => setImmediate(resolve));
	};
	const folders = await Promise.all([1, 2, 3].map(() => cached(entry(make), silent, root)));
	expect(new Set(folders).size).toBe(1);
	expect(made).toBe(1);
});

test("a failed build leaves no entry and nothing half-made, and the next one succeeds", async () => {
	const failing = entry(async (folder) => {
		await writeFile(join(folder, "half"), "");
		throw new Error("the disk is full");
	});
	await expect(cached(failing, silent, root)).rejects.toThrow("the disk is full");
	expect((await readdir(root)).filter((name) => !name.startsWith("."))).toEqual([]);
	expect(await readdir(join(root, ".building"))).toEqual([]);
	expect(
		existsSync(
			await cached(
				entry(async () => {}),
				silent,
				root,
			),
		),
	).toBe(true);
});

test("what a killed builder left is thrown away", async () => {
	const folder = await cached(
		entry(async () => {}),
		silent,
		root,
	);
	const name = folder.slice(root.length + 1);
	await rm(folder, { recursive: true });
	await mkdir(join(root, ".building", name));
	await writeFile(join(root, ".building", name, "half"), "");
	expect(
		await readdir(
			await cached(
				entry(async () => {}),
				silent,
				root,
			),
		),
	).toEqual([]);
});

test.each([
	[{ MYSQL_DR_CACHE: "/a", XDG_CACHE_HOME: "/b" }, "/a"],
	[{ XDG_CACHE_HOME: "/b" }, "/b/mysql-dr"],
])("%j puts the cache into %s", (env, place) => {
	expect(cacheRoot(env)).toBe(place);
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { withLock } from "../../../local/tools/lock.ts";

let folder = "";
let file = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lock-"));
	file = join(folder, "sub", "lock");
});
afterEach(() => rm(folder, { recursive: true }));

test("two workers are never inside at once", async () => {
	let inside = 0;
	let most = 0;
	const work = async () => {
		inside += 1;
		most = Math.max(most, inside);
		await new Promise((resolve) => setTimeout(resolve, 20));
		inside -= 1;
	};
	await Promise.all([1, 2, 3].map(() => withLock(file, work)));
	expect(most).toBe(1);
});

test("who waits hears who holds the lock", async () => {
	const heard: string[] = [];
	let second: Promise<void> | undefined;
	await withLock(file, async () => {
		const told = new Promise<void>((resolve) => {
			second = withLock(
				file,
				async () => {},
				(holder) => {
					heard.push(holder);
					resolve();
				},
			);
		});
		await told;
	});
	await second;
	expect(heard).toEqual([expect.stringContaining(`process ${process.pid}`)]);
});

test("a lock is free after a failure of the work", async () => {
	await expect(withLock(file, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
	expect(await withLock(file, async () => "free")).toBe("free");
});

test("a lock is free once its holder was killed, without anybody's help", async () => {
	const program = `
		import { withLock } from ${JSON.stringify(join(import.meta.dirname, "../../../local/tools/lock.ts"))};
		await withLock(process.argv[1], async () => { console.log("held"); await new Promise((r) => setTimeout(r, 60000)); });`;
	const holder = spawn(process.execPath, ["--input-type=module", "--eval", program, file], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	await once(holder.stdout, "data");
	let waited = false;
	const taken = withLock(
		file,
		async () => "taken",
		() => {
			waited = true;
			holder.kill("SIGKILL");
		},
	);
	expect(await taken).toBe("taken");
	expect(waited).toBe(true);
});

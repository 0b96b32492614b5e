/** What a real server and its start script tell of the volume that it stands on. */
import { once } from "node:events";
import { appendFile, open, readFile, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { parseVolumeNote } from "../../../runtime/instance/volumeNote.ts";
import { readPageDamage } from "../../../runtime/mysql/pageDamage.ts";
import { readRoom } from "../../../runtime/mysql/room.ts";
import {
	again,
	asRoot,
	at,
	down,
	hasMysqld,
	patience,
	ready,
	session,
	sql,
	until,
	up,
	value,
} from "./preparedInstances.ts";
import { script } from "./preparedPlace.ts";

const page = 16_384;
const run = hasMysqld() ? describe : describe.skip;

run("a server on its volume", () => {
	jest.setTimeout(4 * patience);
	beforeAll(up);
	afterAll(down);

	const asWatchdog = async <T>(ask: (open: Awaited<ReturnType<typeof session>>) => Promise<T>): Promise<T> => {
		const open = await session(at(0), "watchdog");
		return ask(open).finally(() => open.close());
	};

	test("tells the watchdog how much room there is, and goes on after its sessions were ended", async () => {
		const room = () => asWatchdog((open) => readRoom(open, 5000));
		await until("it tells", async () => (await room()) !== null);
		const told = await room();
		const { blocks, bsize } = await statfs(at(0).place.paths.volume);
		expect(told?.total).toBe(blocks * bsize);
		expect(told?.used).toBeGreaterThan(2 ** 20);
		const [{ id }] = (await sql(
			at(0),
			"watchdog",
			"SELECT PROCESSLIST_ID AS id FROM performance_schema.threads WHERE PROCESSLIST_USER = 'monitor' AND PROCESSLIST_HOST = 'localhost'",
		)) as [{ id: number }];
		await sql(at(0), "watchdog", `KILL ${id}`);
		await until("it is silent", async () => (await room()) === null);
		await until("it tells again", async () => (await room()) !== null);
	});

	test("says nothing of damage while there is none", async () => {
		expect(await asWatchdog((open) => readPageDamage(open, 5000))).toBeNull();
	});

	/** A table whose pages, all but the first, no longer fit their checksums; what is on them can be read all the same. */
	async function damage(): Promise<void> {
		await asRoot(at(0), "SET GLOBAL super_read_only = OFF");
		await asRoot(at(0), "CREATE DATABASE damaged");
		await asRoot(at(0), "CREATE TABLE damaged.t (id INT PRIMARY KEY, v CHAR(200))");
		for (let id = 0; id < 200; id++) await asRoot(at(0), `INSERT INTO damaged.t VALUES (${id}, REPEAT('v', 200))`);
		await again(at(0), async () => {
			const { volume } = at(0).place.paths;
			// Else they are read back at the start, before anybody asks.
			await rm(join(volume, "data", "ib_buffer_pool"), { force: true });
			const file = await open(join(volume, "data", "damaged", "t.ibd"), "r+");
			const { size } = await file.stat();
			for (let at = 4 * page; at < size; at += page) await file.write(Buffer.alloc(4, 0xa5), 0, 4, at);
			await file.close();
		});
	}

	test("ends at a damaged page, which is its container's last word, and serves again until it comes to the page again", async () => {
		await damage();
		const uuid = await value(at(0), "@@server_uuid");
		const ended = once(at(0).process, "exit");
		await expect(asRoot(at(0), "SELECT COUNT(*), SUM(LENGTH(v)) FROM damaged.t")).rejects.toThrow();
		const [code] = await ended;
		expect(code).not.toBe(0);
		const note = parseVolumeNote(await readFile(at(0).place.paths.lastWord, "utf8"));
		expect(note).toMatchObject({ trouble: "corrupt", uuid, text: expect.stringMatching(/\[MY-011906\]/) });
		at(0).process = script(at(0).place, "start.sh");
		await ready(at(0));
	});

	test("tells of the page while it runs, where it is made to go on", async () => {
		await again(at(0), () => appendFile(`${at(0).place.paths.run}/my.cnf`, "innodb_force_recovery = 1\n"));
		await asRoot(at(0), "SELECT COUNT(*), SUM(LENGTH(v)) FROM damaged.t").catch(() => {});
		await ready(at(0));
		const uuid = await value(at(0), "@@server_uuid");
		expect(await asWatchdog((open) => readPageDamage(open, 5000))).toEqual({
			uuid,
			text: expect.stringMatching(/^\[MY-011906\] /),
		});
	});
});

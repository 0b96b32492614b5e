/** What of an instance's files goes comes back from the other one. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { instance } from "../../../runtime/mysql/instance.ts";
import {
	again,
	at,
	catchesUp,
	down,
	follow,
	hasMysqld,
	link,
	passwords,
	patience,
	rootFolder,
	session,
	sql,
	up,
	value,
} from "./preparedInstances.ts";
import { folder, initialise } from "./preparedPlace.ts";

jest.setTimeout(patience);

const suite = hasMysqld() ? describe : describe.skip;

suite("of a pair of instances", () => {
	beforeAll(async () => {
		await up();
		// As the primary that it is no longer afterwards.
		await sql(at(1), "watchdog", follow(at(0)));
		const opened = "SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF";
		await sql(at(0), "watchdog", `${opened}; CREATE DATABASE app`);
		await sql(at(0), "app", "CREATE TABLE app.t (id INT PRIMARY KEY); INSERT INTO app.t VALUES (1)");
		await catchesUp(at(1), at(0));
	}, 2 * patience);
	afterAll(down, patience);

	test(
		"an instance that lost its data gets what it wrote itself back from another",
		async () => {
			const own = at(0).place;
			await again(at(0), async () => {
				await rm(own.paths.volume, { recursive: true });
				await folder(own.paths.volume);
				await initialise(own);
			});
			expect(await value(at(0), "@@GLOBAL.gtid_executed")).toBe("");
			await sql(at(0), "watchdog", follow(at(1)));
			await catchesUp(at(0), at(1));
			expect((await sql(at(0), "app", "SELECT COUNT(*) AS n FROM app.t"))[0]?.n).toBe("1");
		},
		2 * patience,
	);

	test(
		"an instance without its relay log says so at each start, until it forgets its source and follows anew",
		async () => {
			const data = String((await sql(at(0), "watchdog", "SELECT @@datadir AS d"))[0]?.d);
			await again(at(0), async () => {
				const names = (await readdir(data)).filter((name) => name.startsWith("relay."));
				expect(names).toContain("relay.index");
				for (const name of names) await rm(join(data, name));
			});
			const { replication: password = "" } = passwords;
			const { adminPort: port } = at(1).place;
			const held = await session(at(0), "watchdog");
			try {
				const replica = instance(held, { ...link, password, port, caFile: `${rootFolder()}/tls/ca.crt` });
				await expect(replica.follow("127.0.0.1", 5000)).rejects.toThrow(/applier metadata/);
				expect((await replica.read(5000)).applier).toMatchObject({ running: false, errno: 13124 });
				await sql(at(1), "watchdog", "SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF");
				await sql(at(1), "app", "INSERT INTO app.t VALUES (300)");
				await replica.forgetSource(5000);
				await replica.follow("127.0.0.1", 5000);
				await catchesUp(at(0), at(1));
			} finally {
				held.close();
			}
		},
		2 * patience,
	);
});

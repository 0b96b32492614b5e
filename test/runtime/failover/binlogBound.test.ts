import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { BinlogBound, binlogBoundBytes, binlogShare } from "../../../runtime/failover/binlogBound.ts";
import type { Target } from "../../../runtime/mysql/session.ts";
import { plainSession } from "../plainSession.ts";
import { RealMysqld } from "../realMysqld.ts";
import { ManualClock } from "./manualClock.ts";

jest.setTimeout(120_000);

const servers: RealMysqld[] = [];
const MiB = 2 ** 20;

afterEach(async () => {
	for (const server of servers.splice(0)) await server.kill();
});

describe("binary logs that nobody archives", () => {
	test("go, the oldest first, above the bound alone", async () => {
		const { server, bound, round } = await watched(10 * MiB);
		await write(server, 6);
		await round();
		expect(server.binlogs()[0]).toMatch(/\.000001$/);
		expect(bound.alerts).toEqual([]);

		await write(server, 8);
		const before = await bytesOf(server);
		await round();
		const after = await bytesOf(server);
		expect(before).toBeGreaterThan(10 * MiB);
		expect(after).toBeLessThanOrEqual(10 * MiB);
		expect(after).toBeGreaterThan(8.5 * MiB);
		expect(bound.alerts).toEqual(["binaryLogsFill"]);
	});

	test("are told of before any goes", async () => {
		const { server, bound, round } = await watched(10 * MiB);
		await write(server, 9);
		await round();
		expect(bound.alerts).toEqual(["binaryLogsFill"]);
		expect(server.binlogs()[0]).toMatch(/\.000001$/);
	});

	test("have more room than an archiver leaves them, so that one that lives acts first", () => {
		expect(binlogBoundBytes(100)).toBeGreaterThan(100 * binlogShare);
		expect(binlogBoundBytes(undefined)).toBeNull();
	});
});

async function watched(bytes: number) {
	const server = await RealMysqld.up("mysql-0");
	servers.push(server);
	await server.sql("CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY AUTO_INCREMENT, v LONGBLOB)");
	await server.sql("CREATE USER watchdog IDENTIFIED BY 'word' REQUIRE SSL");
	await server.sql("GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO watchdog");
	await server.sql("GRANT BINLOG_ADMIN, SERVICE_CONNECTION_ADMIN ON *.* TO watchdog");
	const uuid = await server.value("@@server_uuid");
	const target: Target = { name: "mysql-0", address: "127.0.0.1", port: server.port, identity: "127.0.0.1" };
	const clock = new ManualClock();
	const bound = new BinlogBound({
		bytes,
		reign: () => ({ term: 1, primary: "mysql-0", uuids: { "mysql-0": uuid }, gtidAtPromotion: "" }),
		members: ["mysql-0"],
		target: () => target,
		connect: plainSession,
		login: { user: "watchdog", password: "word", ca: server.ca },
		statementMs: 10_000,
		log: { info: () => {}, warn: () => {} } as never,
		clock,
	});
	const round = async () => {
		const stop = new AbortController();
		const running = bound.run(stop.signal);
		await clock.asleep();
		stop.abort();
		clock.pass(60_000);
		await running;
	};
	return { server, bound, round };
}

/** Each file of a little more than a mebibyte. */
async function write(server: RealMysqld, files: number): Promise<void> {
	for (let n = 0; n < files; n++) {
		await server.sql("INSERT INTO app.t (v) VALUES (REPEAT(RANDOM_BYTES(1024), 1024)); FLUSH BINARY LOGS");
	}
}

async function bytesOf(server: RealMysqld): Promise<number> {
	const rows = await server.sql("SHOW BINARY LOGS");
	return rows.reduce((sum, row) => sum + Number(row.File_size), 0);
}

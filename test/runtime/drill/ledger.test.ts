import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { openBook } from "../../../runtime/drill/book.ts";
import { dialler } from "../../../runtime/drill/ledgerOptions.ts";
import { reportOf } from "../../../runtime/drill/ledgerReport.ts";
import { mostSlices, parseMessage } from "../../../runtime/drill/messages.ts";
import { checkInstance, storedIds } from "../../../runtime/drill/verify.ts";
import { certainlyRefused, write } from "../../../runtime/drill/writer.ts";
import type { Row, Session } from "../../../runtime/mysql/session.ts";
import { temporary } from "../temporary.ts";

const folder = () => temporary("book");

function session(run: (sql: string) => Promise<Row[]>): Session {
	return { run: async (sql) => [await run(sql)], close: () => {}, closed: false };
}

/** A server that stores ids, until it is told to fail in some way. */
function server(fail: (id: number) => Error | null = () => null) {
	const stored = new Set<number>();
	const open = async () =>
		session(async (sql) => {
			if (sql.startsWith("SELECT @@report_host")) return [{ host: "mysql-1.mysql.db.svc" }];
			const id = Number(/VALUES \((\d+)\)/.exec(sql)?.[1]);
			const error = fail(id);
			if (error !== null) throw error;
			stored.add(id);
			return [];
		});
	return { stored, open };
}

const lostConnection = () => Object.assign(new Error("Connection lost"), { code: "PROTOCOL_CONNECTION_LOST" });
const readOnly = () => Object.assign(new Error("read only"), { errno: 1290 });

describe("a writer", () => {
	async function writeFor(ms: number, fail: (id: number) => Error | null) {
		const at = folder();
		const book = openBook(at);
		const { stored, open } = server(fail);
		const options = { open, book, firstId: 3, step: 8, signal: AbortSignal.timeout(ms), pauseMs: 1 };
		await write(options);
		return { book, stored, at };
	}

	test("enters each acknowledged id, on the file too, and who acknowledged it", async () => {
		const { book, stored, at } = await writeFor(60, () => null);
		expect(book.ids.length).toBeGreaterThan(2);
		expect(book.ids.every((id, index) => id === 3 + 8 * index)).toBe(true);
		expect(new Set(book.ids)).toEqual(stored);
		expect(book.instance).toBe("mysql-1");
		const lines = readFileSync(join(at, "acknowledged.csv"), "utf8").trim().split("\n");
		expect(lines.map((line) => Number(line.split(",")[0]))).toEqual(book.ids);
	});

	test("enters a lost answer as unknown, and never uses its id again", async () => {
		const { book, at } = await writeFor(150, (id) => (id === 11 ? lostConnection() : null));
		expect(book.unknownIds).toEqual([11]);
		expect(book.ids).toContain(19);
		expect(book.ids).not.toContain(11);
		expect(readFileSync(join(at, "unknown.csv"), "utf8")).toBe("11\n");
	});

	test("counts a refusal by a read-only server as refused, not as unknown", async () => {
		const { book } = await writeFor(60, () => readOnly());
		expect(book.refused).toBeGreaterThan(0);
		expect(book.unknownIds).toEqual([]);
		expect(book.ids).toEqual([]);
	});
});

test("an interrupted commit is not certain: it may have been sent to the replicas", () => {
	expect(certainlyRefused({ errno: 1317 })).toBe(false);
	expect(certainlyRefused({ errno: 1290 })).toBe(true);
	expect(certainlyRefused(new Error("timeout"))).toBe(false);
});

describe("verification", () => {
	const holding = (ids: readonly number[]) =>
		session(async (sql) => {
			const [, after, limit] = /id > (-?\d+) ORDER BY id LIMIT (\d+)/.exec(sql) ?? [];
			const rows = ids.filter((id) => id > Number(after)).slice(0, Number(limit));
			return rows.map((id) => ({ id: String(id) }));
		});

	test("reads all ids back, in as many pieces as it takes", async () => {
		const ids = Array.from({ length: 45_000 }, (_, index) => index * 3);
		expect((await storedIds(holding(ids))).size).toBe(45_000);
	});

	test("waits for a replica that has everything a moment later", async () => {
		let looks = 0;
		const open = async () => holding(++looks === 1 ? [1] : [1, 2]);
		await expect(checkInstance("mysql-2", open, [1, 2], 5_000)).resolves.toEqual({ name: "mysql-2", missing: 0 });
	});

	test("says how much is missing, or why it could not look", async () => {
		const open = async () => holding([1]);
		await expect(checkInstance("mysql-2", open, [1, 2, 3], 0)).resolves.toEqual({ name: "mysql-2", missing: 2 });
		const gone = async () => Promise.reject(new Error("gone"));
		await expect(checkInstance("mysql-2", gone, [1], 0)).resolves.toEqual({
			name: "mysql-2",
			missing: null,
			error: "gone",
		});
	});
});

describe("the ledger's report", () => {
	const ids = fc.uniqueArray(fc.nat(10_000), { maxLength: 60 });

	test("calls lost exactly the acknowledged ids that are not stored, and never an unknown one", () => {
		fc.assert(
			fc.property(ids, fc.array(fc.nat(10_000)), (all, some) => {
				const half = Math.floor(all.length / 2);
				const acknowledged = all.slice(0, half);
				const unknownIds = all.slice(half);
				const stored = new Set([...some, ...acknowledged.filter((id) => id % 3 !== 0)]);
				const times = acknowledged.map((_, index) => 1_000 + index * 10);
				const report = reportOf({ ids: acknowledged, times, unknownIds, refused: 0 }, stored, []);
				const lost = acknowledged.filter((id) => !stored.has(id));
				expect(report.lost).toBe(lost.length);
				expect(report.lostIds).toEqual(lost.slice(0, 20));
				expect(report.firstLostAt).toBe(
					lost.length === 0 ? null : (times[acknowledged.indexOf(lost[0] ?? -1)] ?? null),
				);
				expect(report.unknownPresent).toBe(unknownIds.filter((id) => stored.has(id)).length);
			}),
		);
	});

	test("fits into one line of a container's log, however long the outage was", () => {
		const at = Date.parse("2026-11-22T12:00:00Z");
		const times = [...Array.from({ length: 50_000 }, (_, index) => at + index * 7.123456), at + 9_000_000];
		const book = { ids: times.map((_, index) => index), times, unknownIds: [], refused: 0 };
		const report = reportOf(book, new Set(), [{ name: "mysql-0", missing: 0 }]);
		expect(report.series.counts.length).toBeLessThanOrEqual(mostSlices);
		expect(JSON.stringify(report).length).toBeLessThan(16_000);
		expect(parseMessage(JSON.stringify(report))).toEqual(report);
	});

	test("of a ledger that never wrote is a report too", () => {
		const report = reportOf({ ids: [], times: [], unknownIds: [1], refused: 3 }, new Set(), []);
		expect(report).toMatchObject({ acknowledged: 0, lost: 0, firstAckAt: null, lastAckAt: null, gaps: [], refused: 3 });
	});
});

test("a line that was cut is no message", () => {
	expect(parseMessage('{"type":"progress","at":1')).toBeNull();
	expect(parseMessage("hello")).toBeNull();
});

test("the primary's address is looked up once, an instance's each time", async () => {
	const asked: string[] = [];
	const dial = dialler(async (host) => {
		asked.push(host);
		return "10.0.0.1";
	});
	for (const host of ["mysql-primary.db", "mysql-primary.db", "mysql-0.mysql.db", "mysql-0.mysql.db"]) await dial(host);
	expect(asked).toEqual(["mysql-primary.db", "mysql-0.mysql.db", "mysql-0.mysql.db"]);
});

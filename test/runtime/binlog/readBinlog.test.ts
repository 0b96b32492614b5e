/** On binary logs that a real mysqld wrote, compared with what mysqlbinlog reads in them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { BinlogFile, bytesOf } from "../../../runtime/binlog/binlogBytes.ts";
import { BinlogError } from "../../../runtime/binlog/binlogError.ts";
import { type BinlogReading, readBinlog, readWholeBinlog } from "../../../runtime/binlog/readBinlog.ts";
import { selectTransactions } from "../../../runtime/binlog/selectTransactions.ts";
import { formatGtidSet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { hasPrograms, mysqlProgram, patience, RealMysqld } from "../realMysqld.ts";
import { temporary } from "../temporary.ts";

jest.setTimeout(patience);
const suite = hasPrograms("mysqld", "mysqlbinlog") ? describe : describe.skip;

const first = `CREATE DATABASE app; USE app;
CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(2000));
SET SESSION binlog_transaction_compression = ON;
INSERT INTO t (v) VALUES ('a'), ('b');
SET gtid_next = 'AUTOMATIC:alpha'; INSERT INTO t (v) VALUES ('tagged');
SET gtid_next = 'AUTOMATIC:beta_of_twenty_letters'; INSERT INTO t (v) VALUES (REPEAT('x', 1000));
SET gtid_next = 'AUTOMATIC';
XA START 'x'; INSERT INTO t (v) VALUES ('in two phases'); XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x';
SET SESSION binlog_transaction_compression = OFF;
BEGIN; INSERT INTO t (v) SELECT 'plain' FROM t; DELETE FROM t WHERE id = 1; COMMIT;
ALTER TABLE t ADD COLUMN w INT`;

const large = `USE app; SET SESSION binlog_transaction_compression = OFF;
INSERT INTO t (v) SELECT REPEAT('y', 1500) FROM t AS a, t AS b, t AS c, t AS d LIMIT 1500`;

suite("a binary log of a real server", () => {
	let server: RealMysqld;
	let logs: readonly string[];

	beforeAll(async () => {
		server = await RealMysqld.up("binlog");
		await server.sql(first);
		await server.sql("FLUSH BINARY LOGS");
		await server.sql(large);
		await server.sql("SET GLOBAL binlog_checksum = NONE");
		await server.sql("INSERT INTO app.t (v) VALUES ('without a checksum')");
		logs = server.binlogs();
	});

	afterAll(async () => server?.kill());

	const bytes = (index: number) => readFileSync(logs[index] ?? "");
	const read = (index: number) => readWholeBinlog(bytesOf(logs[index] ?? "", bytes(index)));

	test("holds the transactions that mysqlbinlog finds, where and when it finds them", async () => {
		for (const [index, log] of logs.entries()) {
			const text = await mysqlProgram("mysqlbinlog", ["--base64-output=DECODE-ROWS", log]);
			expect(read(index).transactions).toEqual(transactionsIn(text));
		}
	});

	test("says of a transaction that is not there whole how large it will be", () => {
		const whole = read(1);
		const last = whole.transactions.at(-1);
		const { gtid, from, to } = last ?? { gtid: "", from: 0, to: 0 };
		const part = readBinlog(bytesOf("part", bytes(1).subarray(0, to - 1)));
		expect(part.waiting).toMatchObject({ gtid, from, to });
		expect(part.end).toBe(from);
		expect(whole.waiting).toBeNull();
	});

	test("says what the files before it hold, with tags", () => {
		const all = [...Array(logs.length - 1).keys()].map((index) => gtids(read(index)));
		expect(formatGtidSet(read(logs.length - 1).previous ?? parseGtidSet(""))).toBe(
			formatGtidSet(parseGtidSet(all.flat().join(","))),
		);
		expect(all.flat().filter((gtid) => /:alpha:1$|:beta_of_twenty_letters:1$/.test(gtid))).toHaveLength(2);
	});

	test("read while it grows gives the same, wherever the looks fall", () => {
		const whole = bytes(0);
		const expected = read(0);
		fc.assert(
			fc.property(fc.array(fc.nat(whole.length), { maxLength: 6 }), (cuts) => {
				let last: BinlogReading | undefined;
				const transactions = [];
				for (const cut of [...cuts.sort((a, b) => a - b), whole.length]) {
					const part = bytesOf("growing", whole.subarray(0, cut));
					last = readBinlog(part, last === undefined ? {} : { after: last });
					transactions.push(...last.transactions);
				}
				expect({ ...last, transactions }).toEqual(expected);
			}),
		);
	});

	test("cut anywhere, gives whole transactions and no more", () => {
		const whole = bytes(0);
		const expected = read(0).transactions;
		for (let cut = 0; cut <= whole.length; cut++) {
			const { transactions, end } = readBinlog(bytesOf("cut", whole.subarray(0, cut)));
			expect(transactions).toEqual(expected.filter(({ to }) => to <= cut));
			expect(end).toBeLessThanOrEqual(cut);
		}
	});

	test("one changed byte is found, in this file and at or before that place, or leaves it unfinished there", () => {
		const whole = bytes(0);
		fc.assert(
			fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
				const damaged = Buffer.from(whole);
				damaged.writeUInt8(whole.readUInt8(at) ^ flip, at);
				// The flag that says "in use" is no part of what a file says.
				fc.pre(!(at === 4 + 17 && flip === 1));
				const error = thrown(() => readWholeBinlog(bytesOf("damaged", damaged)));
				expect(error).toBeInstanceOf(BinlogError);
				expect(error).toMatchObject({ file: "damaged" });
				expect((error as BinlogError).offset).toBeLessThanOrEqual(at);
			}),
			{ numRuns: 1000 },
		);
	});

	test("noise is refused with the same error and no other", () => {
		const format = bytes(0).subarray(0, read(0).format?.length);
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, begins) => {
				const error = thrown(() =>
					readWholeBinlog(bytesOf("noise", Buffer.concat([begins ? format : Buffer.alloc(0), noise]))),
				);
				if (error !== null) expect(error).toBeInstanceOf(BinlogError);
			}),
		);
	});

	test("is read from its file as from memory, transactions larger than a window too", () => {
		for (const [index, path] of logs.entries()) {
			const file = new BinlogFile(path);
			expect(readBinlog(file)).toEqual(read(index));
			file.close();
		}
		const sizes = read(1).transactions.map(({ from, to }) => to - from);
		expect(Math.max(...sizes)).toBeGreaterThan(2 ** 20);
	});

	test("stops where it is enough", () => {
		const [one, two] = read(0).transactions;
		const reading = readBinlog(bytesOf("part", bytes(0)), { enough: (one?.to ?? 0) + 1 });
		expect(reading.transactions).toEqual([one, two]);
		expect(readBinlog(bytesOf("part", bytes(0)), { after: reading }).end).toBe(read(0).end);
	});

	test("with some of its transactions taken out, is one that mysqlbinlog reads with those alone", async () => {
		const chosen = (gtid: string) => /:alpha:|:[257]$/.test(gtid);
		const part = selectTransactions(bytes(0), ({ gtid }) => chosen(gtid));
		const path = join(temporary("part"), "part.000001");
		writeFileSync(path, part);
		const text = await mysqlProgram("mysqlbinlog", ["--verify-binlog-checksum", "--base64-output=DECODE-ROWS", path]);
		const expected = gtids(read(0)).filter(chosen);
		expect(expected.length).toBeGreaterThan(3);
		expect([...text.matchAll(/GTID_NEXT= '([^']+:\d+)'/g)].map(([, gtid]) => gtid)).toEqual(expected);
	});

	test("transactions without a GTID are refused", async () => {
		const anonymous = await RealMysqld.up("anonymous", ["--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"]);
		await anonymous.sql("CREATE DATABASE app");
		const [log = ""] = anonymous.binlogs();
		await anonymous.kill();
		expect(() => readBinlog(bytesOf("anonymous", readFileSync(log)))).toThrow(/anonymous.*without a GTID/);
	});
});

const gtids = ({ transactions }: BinlogReading) => transactions.map(({ gtid }) => gtid);

function thrown(work: () => unknown): unknown {
	try {
		work();
		return null;
	} catch (error) {
		return error;
	}
}

/** As mysqlbinlog's comments tell of them. */
function transactionsIn(text: string) {
	const pattern =
		/^# at (\d+)\n#.*\tGTID\t.*original_committed_timestamp=(\d+)\timmediate_commit_timestamp=(\d+)\ttransaction_length=(\d+)[\s\S]*?GTID_NEXT= '([^']+)'/gm;
	return [...text.matchAll(pattern)].map(([, from, original, immediate, length, gtid]) => ({
		gtid,
		from: Number(from),
		to: Number(from) + Number(length),
		originalCommit: Number(original),
		immediateCommit: Number(immediate),
	}));
}

import { describe, expect, test } from "@jest/globals";
import { chooseDonor, type Member } from "../../../runtime/backup/donor.ts";
import type { ClusterRecord } from "../../../runtime/failover/record.ts";
import { parseReading } from "../../../runtime/mysql/reading.ts";

const uuid = (n: number) => `0000000${n}-71ca-11e1-9e33-c80aa9429562`;
const record = {
	primary: "mysql-0",
	uuids: { "mysql-0": uuid(0), "mysql-1": uuid(1), "mysql-2": uuid(2) },
	gtidAtPromotion: `${uuid(0)}:1-10`,
} as unknown as ClusterRecord;

interface Seen {
	readonly executed?: string;
	readonly running?: boolean;
	readonly own?: string;
	readonly readOnly?: boolean;
}

function member(
	n: number,
	{ executed = `${uuid(0)}:1-100`, running = true, own = uuid(n), readOnly }: Seen = {},
): Member {
	const variables = {
		uuid: own,
		version: "9.7.4",
		executed,
		purged: "",
		superReadOnly: (readOnly ?? n !== 0) ? 1 : 0,
		acksRequired: n === 0 ? 1 : 0,
	};
	const state = running ? "Yes" : "No";
	const replica = { Replica_IO_Running: state, Replica_SQL_Running: state, Retrieved_Gtid_Set: "" };
	return { name: `mysql-${n}`, reading: parseReading(variables, (readOnly ?? n !== 0) ? [replica] : [], []) };
}

const gone = (n: number): Member => ({ name: `mysql-${n}`, reading: null, error: "no answer" });

describe("a backup is copied from", () => {
	test("the replica that lags least", () => {
		const members = [member(0), member(1, { executed: `${uuid(0)}:1-90` }), member(2, { executed: `${uuid(0)}:1-95` })];
		expect(chooseDonor(record, members)).toEqual({
			instance: "mysql-2",
			server: uuid(2),
			role: "replica",
			version: "9.7.4",
		});
	});

	test("the replica whose turn it is, where both replicate", () => {
		const members = [member(0), member(1, { executed: `${uuid(0)}:1-90` }), member(2)];
		expect(chooseDonor(record, members, "mysql-2").instance).toBe("mysql-1");
		expect(chooseDonor(record, members, "mysql-1").instance).toBe("mysql-2");
		const still = [member(0), member(1, { running: false }), member(2)];
		expect(chooseDonor(record, still, "mysql-2").instance).toBe("mysql-2");
	});

	test("each replica within two turns, whoever was the primary before", () => {
		for (const primary of [0, 1, 2]) {
			for (const before of [0, 1, 2]) {
				const now = { ...record, primary: `mysql-${primary}`, gtidAtPromotion: `${uuid(0)}:1-100` };
				// Any of them may be ahead by a moment.
				for (const ahead of [0, 1, 2]) {
					const seen = [0, 1, 2].map((n) => {
						const executed = `${uuid(0)}:1-${n === ahead ? 100 : 99}`;
						return member(n, { executed, readOnly: n !== primary });
					});
					const first = chooseDonor(now, seen, `mysql-${before}`).instance;
					const second = chooseDonor(now, seen, first).instance;
					expect([first, second].sort()).toEqual([0, 1, 2].filter((n) => n !== primary).map((n) => `mysql-${n}`));
				}
			}
		}
	});

	test("nobody whose data are damaged, the primary rather", () => {
		const damage = { uuid: uuid(2), at: "2026-01-01T00:00:00.000Z", reason: "page 7" };
		const known = { ...record, damaged: { "mysql-2": damage } };
		expect(chooseDonor(known, [member(0), member(1), member(2)]).instance).toBe("mysql-1");
		expect(chooseDonor(known, [member(0), gone(1), member(2)]).instance).toBe("mysql-0");
		const since = { ...record, damaged: { "mysql-2": { ...damage, uuid: uuid(7) } } };
		expect(chooseDonor(since, [member(0), gone(1), member(2)]).instance).toBe("mysql-2");
	});

	test("one that replicates before one that stands still further on", () => {
		const still = member(1, { executed: `${uuid(0)}:1-99`, running: false });
		const members = [member(0), still, member(2, { executed: `${uuid(0)}:1-50` })];
		expect(chooseDonor(record, members).instance).toBe("mysql-2");
	});

	test.each([
		["holds what nobody else has", { executed: `${uuid(0)}:1-100,${uuid(1)}:1` }],
		["has another data directory than the record knows", { own: uuid(7) }],
		["accepts writes", { readOnly: false }],
	])("no replica that %s", (_, seen) => {
		const members = [member(0), member(1, seen), member(2, { executed: `${uuid(0)}:1-20`, running: false })];
		expect(chooseDonor(record, members).instance).toBe("mysql-2");
	});

	test("the primary only where no replica is left", () => {
		expect(chooseDonor(record, [member(0), gone(1), gone(2)])).toMatchObject({ instance: "mysql-0", role: "primary" });
	});

	test("nobody where nobody can be read, and it says why of each", () => {
		expect(() => chooseDonor(record, [gone(0), gone(1), member(2, { own: uuid(7) })])).toThrow(
			"no instance can be copied: mysql-0 cannot be read (no answer); mysql-1 cannot be read (no answer); mysql-2 is not admitted",
		);
	});
});

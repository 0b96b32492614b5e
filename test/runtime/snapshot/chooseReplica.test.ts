import { describe, expect, test } from "@jest/globals";
import { Refusal } from "../../../runtime/exit.ts";
import type { Reading } from "../../../runtime/mysql/reading.ts";
import { chooseReplica } from "../../../runtime/snapshot/chooseReplica.ts";
import { gtids, lostSource, primaryReading, receiver, record, replicaReading } from "../failover/scene.ts";

const primary = { name: "mysql-0", reading: primaryReading() };
const replica = (n: number, change: Partial<Reading> = {}, sets = {}) => ({
	name: `mysql-${n}`,
	reading: replicaReading(n, sets, change),
});
const still = { applier: { running: false, error: "", errno: 0 } };

describe("a snapshot is made of", () => {
	test("the replica that lags least, of those that replicate", () => {
		const behind = replica(1, {}, { executed: gtids(0, 90) });
		expect(chooseReplica(record(), [primary, behind, replica(2)]).instance).toBe("mysql-2");
		expect(chooseReplica(record(), [primary, behind, replica(2, still)]).instance).toBe("mysql-1");
	});

	test.each([
		["none can be read", [primary, { name: "mysql-1", reading: null, error: "no answer" }]],
		["the only one holds what nobody else has", [primary, replica(1, {}, { executed: gtids(1, 3) })]],
		["the only one stands still", [primary, replica(1, still)]],
		["the only one has lost its source", [primary, replica(1, lostSource)]],
		["the only one receives nothing", [primary, replica(1, { receiver: receiver({ state: "off" }) })]],
	])("no primary, where %s: that is refused", (_, members) => {
		expect(() => chooseReplica(record(), members)).toThrow(Refusal);
	});
});

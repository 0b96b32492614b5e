import { describe, expect, test } from "@jest/globals";
import { failover } from "../../../runtime/failover/failoverAct.ts";
import { repairInstance } from "../../../runtime/failover/perform.ts";
import { fakeOperation } from "./fakeOperation.ts";
import { gtids, healthy, lostSource, primaryReading, reads, record, replicaReading, silent, view } from "./scene.ts";
import { access } from "./seedScene.ts";

const hasty = { catchingUp: true, acknowledges: false };
const fetched = { executed: gtids(0, 90), retrieved: gtids(0, 100) };
const joining = view([reads(primaryReading()), reads(replicaReading(1, fetched, hasty)), reads(replicaReading(2))]);
const settle = { do: "settle", name: "mysql-1", term: record().term, source: "mysql-0.mysql" } as const;

async function settled(slow: readonly string[], keeper: string | null, term = settle.term) {
	const applies = (name: string) => !slow.includes(name);
	const operation = fakeOperation({ view: joining, record: record(), applies });
	await repairInstance(operation, access(), { ...settle, term, keeper }).catch(({ message }) =>
		operation.done.push(message),
	);
	return operation.done;
}

describe("a replica that has fetched what it was behind with", () => {
	const waits = ["mysql-1: stop receiver", "mysql-1: apply"];

	test("applies all of it before it acknowledges anything", async () => {
		expect(await settled([], null)).toEqual([...waits, "mysql-1: follow mysql-0.mysql"]);
	});

	test("fetches again what it cannot apply in time, where another has it", async () => {
		expect(await settled(["mysql-1"], "mysql-2")).toEqual([
			...waits,
			"mysql-1: stop receiver",
			"mysql-2: apply",
			"record term 3 primary mysql-0",
			"mysql-1: forget source",
			"mysql-1: follow mysql-0.mysql",
		]);
	});

	test("keeps what it cannot apply in time where it may be the only one that has it", async () => {
		expect(await settled(["mysql-1"], null)).toEqual([...waits, "mysql-1: catch up with mysql-0.mysql"]);
		expect((await settled(["mysql-1", "mysql-2"], "mysql-2")).at(-1)).toMatch("mysql-2 does not have all that it has");
		expect((await settled(["mysql-1"], "mysql-2", 2)).at(-1)).toMatch("the primary has changed meanwhile");
	});
});

test("a replica that is behind is connected in haste", async () => {
	const operation = fakeOperation({ view: healthy(), record: record() });
	const follow = { do: "follow", name: "mysql-1", source: "mysql-0.mysql", fresh: true, behind: true } as const;
	await repairInstance(operation, access(), follow);
	expect(operation.done).toEqual(["mysql-1: forget source", "mysql-1: catch up with mysql-0.mysql"]);
});

test("a replica that catches up acknowledges nothing to a new primary either", async () => {
	const behind = reads(replicaReading(2, { executed: gtids(0, 50) }, { ...lostSource, ...hasty }));
	const scene = view([silent(), reads(replicaReading(1, {}, lostSource)), behind]);
	const operation = fakeOperation({ view: scene, record: record() });
	await failover(operation, { from: "mysql-0", reason: "killed", stalled: false });
	expect(operation.done).toContain("mysql-2: catch up with mysql-1.mysql");
});

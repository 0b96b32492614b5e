import { expect, test } from "@jest/globals";
import { failover } from "../../../runtime/failover/failoverAct.ts";
import { repairInstance } from "../../../runtime/failover/perform.ts";
import { fakeOperation } from "./fakeOperation.ts";
import { gtids, healthy, lostSource, primaryReading, reads, record, replicaReading, silent, view } from "./scene.ts";
import { access } from "./seedScene.ts";

const hasty = { catchingUp: true, acknowledges: false };
const fetched = { executed: gtids(0, 90), retrieved: gtids(0, 100) };
const joining = view([reads(primaryReading()), reads(replicaReading(1, fetched, hasty)), reads(replicaReading(2))]);

test("a replica that has fetched what it was behind with acknowledges from then on, applied or not", async () => {
	const operation = fakeOperation({ view: joining, record: record(), applies: false });
	await repairInstance(operation, access(), { do: "settle", name: "mysql-1", source: "mysql-0.mysql" });
	expect(operation.done).toEqual(["mysql-1: follow mysql-0.mysql"]);
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

import { describe, expect, test } from "@jest/globals";
import { failover } from "../../../runtime/failover/failoverAct.ts";
import { repairInstance } from "../../../runtime/failover/perform.ts";
import { parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { Reading } from "../../../runtime/mysql/reading.ts";
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

test("a replica that still lacks something when it is asked again goes on fetching", async () => {
	const lacking = reads(replicaReading(1, { executed: gtids(0, 99) }, hasty));
	const scene = view([reads(primaryReading()), lacking, reads(replicaReading(2))]);
	const operation = fakeOperation({ view: scene, record: record() });
	await repairInstance(operation, access(), { do: "settle", name: "mysql-1", source: "mysql-0.mysql" });
	expect(operation.done).toEqual([]);
});

test("a replica that is behind is connected in haste", async () => {
	const operation = fakeOperation({ view: healthy(), record: record() });
	const follow = { do: "follow", name: "mysql-1", source: "mysql-0.mysql", fresh: true, behind: true } as const;
	await repairInstance(operation, access(), follow);
	expect(operation.done).toEqual(["mysql-1: forget source", "mysql-1: catch up with mysql-0.mysql"]);
});

describe("after a failover the only replica that can acknowledge", () => {
	const killed = { from: "mysql-0", reason: "killed", stalled: false };
	/** What is done from when the term is recorded. */
	async function connecting(executed: string, fetches: string, more: Partial<Reading> = {}) {
		const other = reads(replicaReading(2, { executed }, { ...lostSource, ...more }));
		const scene = view([silent(), reads(replicaReading(1, {}, lostSource)), other]);
		const operation = fakeOperation({ view: scene, record: record(), fetches: parseGtidSet(fetches) });
		await failover(operation, killed);
		const { done } = operation;
		return done.slice(done.indexOf("mysql-1: rotate log") + 1, -1);
	}

	test("fetches what it lacks before it syncs and before anybody writes, where that is much", async () => {
		expect(await connecting(gtids(0, 50), gtids(0, 100))).toEqual([
			"mysql-2: catch up with mysql-1.mysql",
			"mysql-2: follow mysql-1.mysql",
			"mysql-1: promote",
			"publish mysql-1",
		]);
	});

	test("syncs what it lacks as it is sent, where that is little", async () => {
		const done = ["mysql-1: promote", "publish mysql-1", "mysql-2: follow mysql-1.mysql"];
		expect(await connecting(gtids(0, 90), gtids(0, 100))).toEqual(done);
	});

	test("is waited for only for a while, and acknowledges nothing before it has all", async () => {
		const [first, ...rest] = await connecting(gtids(0, 50), gtids(0, 99));
		expect(first).toBe("mysql-2: catch up with mysql-1.mysql");
		expect(rest[0]).toBe("wait");
		expect(rest.filter((what) => what !== "wait")).toEqual(["mysql-1: promote", "publish mysql-1"]);
	});

	test("acknowledges nothing yet where it was catching up already", async () => {
		const done = ["mysql-1: promote", "publish mysql-1", "mysql-2: catch up with mysql-1.mysql"];
		expect(await connecting(gtids(0, 90), gtids(0, 100), hasty)).toEqual(done);
	});

	test("does not keep the primary from opening where it cannot be connected", async () => {
		const other = reads(replicaReading(2, { executed: gtids(0, 50) }, lostSource));
		const scene = view([silent(), reads(replicaReading(1, {}, lostSource)), other]);
		const before = (what: string) => {
			if (what.startsWith("mysql-2: catch up")) throw new Error("it is gone");
		};
		const operation = fakeOperation({ view: scene, record: record(), before });
		await failover(operation, killed);
		expect(operation.done.slice(-3)).toEqual([
			"mysql-1: promote",
			"publish mysql-1",
			expect.stringContaining("record"),
		]);
	});
});

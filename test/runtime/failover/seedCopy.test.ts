import { describe, expect, test } from "@jest/globals";
import { copy } from "../../../runtime/failover/seedCopyAct.ts";
import { formatGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import type { Row } from "../../../runtime/mysql/session.ts";
import { fakeOperation } from "./fakeOperation.ts";
import { gtids, reads, type record, replicaReading, uuid, view } from "./scene.ts";
import { access, closed, donor, firstCopy, restored, seededRecord } from "./seedScene.ts";

describe("a copy of the restored data", () => {
	const repair = { do: "copy", name: "mysql-1", donor: null, seed: "s1" } as const;
	const reading = { uuid: uuid(1), executed: gtids(0, 100) };
	const scene = (given: { states?: string[]; pid?: number; now?: object; record?: ReturnType<typeof record> } = {}) => {
		const told: string[] = [];
		const states = [...(given.states ?? [])];
		const { pid = 9 } = given;
		const now = given.now ?? reading;
		const run = async (sql: string) => {
			told.push(sql);
			if (sql.startsWith("SELECT STATE")) return [[{ state: states.shift() ?? "Completed", pid }]];
			if (sql === "SHOW BINARY LOGS") return [[{ Log_name: "binlog.000001" }]];
			return sql.startsWith("SELECT @@server_uuid") ? [[now as Row], [], [], []] : [[]];
		};
		const session = async () => ({ closed: false, close: () => {}, run });
		const before = (what: string) => void told.push(what);
		const health = view([closed, reads(replicaReading(1)), reads(replicaReading(2))]);
		return {
			told,
			operation: fakeOperation({ view: health, record: given.record ?? seededRecord(), before }),
			means: access({ session }),
		};
	};
	const clone = (told: readonly string[]) => told.find((what) => what.startsWith("CLONE"));

	test("forgets the instance and notes the attempt before it takes its data", async () => {
		const { operation, means, told } = scene();
		await copy(operation, means, repair);
		expect(operation.saved()?.uuids).not.toHaveProperty("mysql-1");
		expect(operation.saved()?.seed?.attempts).toEqual({ "mysql-1": 1 });
		expect(clone(told)).toContain(`@'${donor.host}':${donor.port}`);
		const order = [
			"STOP REPLICA SQL_THREAD",
			"mysql-1: stop receiver",
			"record term 3 primary mysql-0",
			clone(told) ?? "",
		];
		expect(told.filter((what) => order.includes(what))).toEqual([order[0], order[1], order[2], order[2], order[3]]);
	});

	test("comes from the instance that has it", async () => {
		const { operation, means, told } = scene();
		await copy(operation, means, { ...repair, name: "mysql-2", donor: "mysql-1" });
		expect(clone(told)).toContain("@'mysql-1.mysql':33062");
	});

	test("is not made twice: what was decided upon was seen before it was there", async () => {
		const { operation, means, told } = scene({ now: { uuid: firstCopy, executed: restored } });
		await copy(operation, means, repair);
		expect(clone(told)).toBeUndefined();
	});

	test("that a lost leader began is waited for", async () => {
		const { operation, means, told } = scene({
			states: ["In Progress", "In Progress"],
			now: { uuid: firstCopy, executed: restored },
		});
		await copy(operation, means, repair);
		expect(told.filter((what) => what === "wait")).toHaveLength(2);
		expect(clone(told)).toBeUndefined();
	});

	test("that was cut off by a crash is not waited for, although it is still called under way", async () => {
		const { operation, means, told } = scene({ states: ["In Progress"], pid: 0 });
		await copy(operation, means, repair);
		expect(told.slice(0, told.indexOf("STOP REPLICA SQL_THREAD"))).not.toContain("wait");
		expect(clone(told)).toBeDefined();
	});

	test.each([
		["it is being undone", seededRecord({ state: "undoing" })],
		["it counts already", seededRecord({ state: "opening" })],
		["another one is being put in place", seededRecord({ id: "s2" })],
	])("takes nobody's data when %s", async (_, changed) => {
		const { operation, means, told } = scene({ record: changed });
		await expect(copy(operation, means, repair)).rejects.toMatchObject({ name: "RefusedError" });
		expect(clone(told)).toBeUndefined();
		expect(operation.saved()?.uuids).toHaveProperty("mysql-1");
	});

	test("saves what is on the instance alone, and was never part of the history", async () => {
		const saved: string[] = [];
		const errant = { uuid: uuid(1), executed: `${gtids(0, 100)},${gtids(1, 1)}` };
		const { operation, means } = scene({ now: errant });
		const kept = {
			...means,
			readableSql: async ({ transactions }: Parameters<typeof means.readableSql>[0]) => {
				saved.push(formatGtidSet(transactions));
				return Buffer.from("sql");
			},
			surplusStore: { save: async () => {} },
			replicationTarget: (() => ({})) as never,
		};
		await copy(operation, kept, repair);
		expect(saved).toEqual([`${uuid(1)}:1`]);
	});

	test("never takes the old primary's data", async () => {
		const { operation, means, told } = scene();
		await expect(copy(operation, means, { ...repair, name: "mysql-0" })).rejects.toMatchObject({
			name: "RefusedError",
		});
		expect(clone(told)).toBeUndefined();
	});
});

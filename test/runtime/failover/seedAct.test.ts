import { describe, expect, test } from "@jest/globals";
import type { Action } from "../../../runtime/failover/decide.ts";
import { promoteWithLoss } from "../../../runtime/failover/giveUpAct.ts";
import { perform } from "../../../runtime/failover/perform.ts";
import type { RebuildAccess } from "../../../runtime/failover/rebuildAct.ts";
import type { SeedRequest, SeedStep } from "../../../runtime/failover/seed.ts";
import type { Health } from "../../../runtime/failover/view.ts";
import { fakeOperation } from "./fakeOperation.ts";
import { gtids, healthy, primaryReading, reads, record, replicaReading, silent, uuid, view } from "./scene.ts";
import {
	access,
	asked,
	closed,
	emptied,
	first,
	firstCopy,
	restored,
	restoredCopy,
	second,
	secondCopy,
	seededRecord,
	server,
} from "./seedScene.ts";

const act = (step: SeedStep, reason = ""): Action => ({ do: "seed", step, reason });
const begin = (change: Partial<SeedRequest> = {}) =>
	act({ step: "begin", request: asked(change), first: "mysql-1", second: "mysql-2" });
const means = (change: Partial<RebuildAccess> = {}) => ({ schemas: [], access: access(change) });

describe("the beginning", () => {
	test("notes what is to be done, and whose data a copy is told from by", async () => {
		const operation = fakeOperation({ view: healthy(), record: record() });
		await perform(operation, begin(), means());
		const { before, state, gtids: wanted, safe } = operation.saved()?.seed ?? {};
		expect({ before, state, wanted, safe }).toEqual({
			...{ before: { "mysql-1": uuid(1), "mysql-2": uuid(2) }, state: "copying", wanted: restored, safe: null },
		});
	});

	test.each<[string, string, RebuildAccess["donorSession"]]>([
		["cannot be reached", "cannot be read at 10.0.9.9:3306: refused", () => Promise.reject(new Error("refused"))],
		["holds something else", "its GTID set is another", async () => restoredCopy({ executed: gtids(0, 81) })],
		["accepts writes", "accepts writes", async () => restoredCopy({ closed: 0 })],
		["is of another series", "is of MySQL 8.4.6", async () => restoredCopy({ version: "8.4.6" })],
		["cannot be cloned", "no clone plugin", async () => restoredCopy({ clonable: 0 })],
		[
			"has an old password of the replicas",
			"the account replication as it is now: denied",
			(_donor, login) =>
				login === undefined ? Promise.resolve(restoredCopy({})) : Promise.reject(new Error("denied")),
		],
	])("is refused, and nothing changed, when the copy %s", async (_, why, donorSession) => {
		const operation = fakeOperation({ view: healthy(), record: record() });
		await perform(operation, begin(), means({ donorSession }));
		const answer = { id: "s1", state: "refused", message: expect.stringContaining(why) };
		expect(operation.saved()).toEqual({ ...record(), request: expect.objectContaining(answer) });
	});

	test.each<[string, readonly string[], string | undefined]>([
		[
			"is refused where there are tables, if there were to be none",
			["mysql", "sys", "shop"],
			"there are tables in shop",
		],
		["is made where there are only the server's own, and a drill's", ["mysql", "sys", "mysql_dr_drill"], undefined],
	])("%s", async (_, names, why) => {
		const operation = fakeOperation({ view: healthy(), record: record() });
		const session = async () => server({ "SELECT DISTINCT": [names.map((name) => ({ name }))] });
		await perform(operation, begin({ replaces: "new" }), means({ session }));
		expect(operation.saved()?.seed === undefined).toBe(why !== undefined);
		expect(operation.saved()?.request?.message ?? "").toContain(why ?? "");
	});
});

describe("the close", () => {
	const closing = act({ step: "close" });

	test("lets the replicas have all, then ends their receivers, and only then the sessions that serve them", async () => {
		const operation = fakeOperation({ view: healthy(), record: seededRecord({ safe: null }) });
		await perform(operation, closing, means());
		const done = operation.done.filter((what) => what !== "wait");
		expect(done).toEqual([
			"mysql-0: refuse writes",
			...["mysql-1: apply", "mysql-2: apply", "mysql-1: stop receiver", "mysql-2: stop receiver"],
			"mysql-0: fence",
			"record term 3 primary mysql-0",
		]);
	});

	test("is made all the same when writes cannot be refused, or a replica goes", async () => {
		for (const fails of ["mysql-0: refuse writes", "mysql-2: stop receiver"]) {
			const before = (what: string) => {
				if (what === fails) throw new Error("no answer");
			};
			const operation = fakeOperation({ view: healthy(), record: seededRecord({ safe: null }), before });
			await perform(operation, closing, means());
			expect(operation.done).toContain("mysql-0: fence");
		}
	});
});

describe("what goes", () => {
	const secured = async (change: Partial<RebuildAccess>, primary: Health = closed, beyondTerm = 0) => {
		const operation = fakeOperation({
			view: view([primary, reads(replicaReading(1)), reads(replicaReading(2))]),
			record: seededRecord({ safe: null, beyondTerm }),
		});
		await perform(operation, act({ step: "secure" }), means(change));
		return operation;
	};
	const logs = { "SHOW BINARY LOGS": [[{ Log_name: "binlog.000001" }]] };
	const executed = { uuid: uuid(0), executed: gtids(0, 100) };
	const session = async () => server({ ...logs, "SELECT @@server_uuid": [[executed], [], [], []] });

	test("is not saved as SQL when the archive has it", async () => {
		const operation = await secured({ archived: async () => true });
		expect(operation.saved()?.seed).toMatchObject({ safe: `what goes is in the archive: ${uuid(0)}:81-100` });
	});

	test("is waited for while the archive does not have it yet", async () => {
		let looks = 0;
		const operation = await secured({ archived: async () => ++looks > 3 });
		expect(operation.done.filter((what) => what === "wait")).toHaveLength(3);
		expect(operation.saved()?.seed?.safe).toContain("in the archive");
	});

	test.each<[string, RebuildAccess["archived"]]>([
		["there is no archive", null],
		["the archive does not get it", async () => false],
	])("is saved as SQL where %s", async (_, archived) => {
		const saved: string[] = [];
		const surplusStore = { save: async (name: string) => void saved.push(name) };
		const readableSql = async () => Buffer.from("sql");
		const operation = await secured({
			archived,
			session,
			readableSql,
			surplusStore,
			replicationTarget: (() => ({})) as never,
		});
		expect(saved).toEqual(["mysql-surplus-mysql-0-term-3"]);
		expect(operation.saved()?.seed?.safe).toContain("saved as mysql-surplus-mysql-0-term-3");
	});

	test("is saved at once where the archive is of a later term: it takes nothing from here", async () => {
		const access = {
			archived: async () => false,
			session,
			readableSql: async () => Buffer.from("sql"),
			surplusStore: { save: async () => {} },
			replicationTarget: (() => ({})) as never,
		};
		const operation = await secured(access, closed, 38);
		expect(operation.done).not.toContain("wait");
		expect(operation.saved()?.seed?.safe).toContain("saved as mysql-surplus-mysql-0-term-3");
	});

	test("keeps all as it is when it can be kept nowhere", async () => {
		const surplusStore = { save: () => Promise.reject(new Error("no store took it")) };
		const readableSql = async () => Buffer.from("sql");
		const operation = await secured({ session, readableSql, surplusStore, replicationTarget: (() => ({})) as never });
		expect(operation.saved()?.seed).toMatchObject({
			state: "undoing",
			safe: null,
			message: "what goes is not safe: no store took it",
		});
	});

	test("is nothing when the copy holds all that there is", async () => {
		const same = reads(primaryReading({ executed: restored }, { superReadOnly: true, acksRequired: false }));
		expect((await secured({}, same)).saved()?.seed?.safe).toBe("nothing goes");
	});
});

describe("the opening", () => {
	const attempts = { "mysql-1": 1, "mysql-2": 1 };
	const opening = act({ step: "record" });

	test("records the copy as all that counts, in a term beyond every known one, before anything opens", async () => {
		const operation = fakeOperation({
			view: view([closed, first, second]),
			record: seededRecord({ attempts, beyondTerm: 17 }),
		});
		await perform(operation, opening, means());
		expect(operation.done).toEqual([
			"mysql-1: forget source",
			"mysql-2: forget source",
			"record term 18 primary mysql-1",
			"mysql-1: promote",
			"publish mysql-1",
			"mysql-2: follow mysql-1.mysql",
			"record term 18 primary mysql-1",
		]);
		expect(operation.saved()).toMatchObject({
			gtidAtPromotion: restored,
			schemasReady: false,
			seed: { state: "opening" },
			lastChange: { kind: "seed", from: "mysql-0", to: "mysql-1", finishedAt: expect.any(String) },
		});
		expect(operation.saved()?.uuids).toEqual({ "mysql-1": firstCopy, "mysql-2": secondCopy });
	});

	test.each([
		["the first", [closed, emptied(1), second]],
		["the second", [closed, first, emptied(2)]],
	] as [string, [Health, Health, Health]][])(
		"is not made when %s holds something else meanwhile",
		async (_, health) => {
			const operation = fakeOperation({ view: view(health), record: seededRecord({ attempts }) });
			await expect(perform(operation, opening, means())).rejects.toMatchObject({ name: "RefusedError" });
			expect(operation.saved()).toMatchObject({ term: 3, primary: "mysql-0" });
		},
	);

	test.each(["mysql-1: promote", "publish mysql-1"])(
		"may be cut short at %s: the record names who is to open",
		async (last) => {
			const before = (what: string) => {
				if (what === last) throw new Error("lost");
			};
			const operation = fakeOperation({
				view: view([closed, first, second]),
				record: seededRecord({ attempts }),
				before,
			});
			await expect(perform(operation, opening, means())).rejects.toThrow("lost");
			expect(operation.saved()).toMatchObject({ term: 4, primary: "mysql-1", seed: { state: "opening" } });
		},
	);
});

test("what an operator promotes instead ends it", async () => {
	const health = view([silent(), emptied(1), reads(replicaReading(2))]);
	const operation = fakeOperation({ view: health, record: seededRecord({ state: "undoing", message: "no donor" }) });
	await promoteWithLoss(operation, "mysql-2", "asked");
	expect(operation.saved()).toMatchObject({ primary: "mysql-2", seed: { state: "undone", message: "no donor" } });
});

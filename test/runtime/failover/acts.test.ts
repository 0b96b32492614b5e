import { describe, expect, test } from "@jest/globals";
import { bootstrap } from "../../../runtime/failover/bootstrapAct.ts";
import { failover } from "../../../runtime/failover/failoverAct.ts";
import { perform } from "../../../runtime/failover/perform.ts";
import { switchover } from "../../../runtime/failover/switchoverAct.ts";
import { formatGtidSet, parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { fakeOperation } from "./fakeOperation.ts";
import {
	gtids,
	healthy,
	lostSource,
	primaryReading,
	reads,
	record,
	replicaReading,
	silent,
	uuid,
	view,
} from "./scene.ts";
import { access } from "./seedScene.ts";

const one = reads(replicaReading(1, { executed: gtids(0, 90), retrieved: `${uuid(0)}:91-100` }, lostSource));
const two = reads(replicaReading(2, { executed: gtids(0, 99) }, lostSource));
const killed = { from: "mysql-0", reason: "killed", stalled: false };
const primaryLost = view([silent(), one, two]);

describe("a failover", () => {
	test("revokes acknowledgements first, records before it opens, and moves the clients last", async () => {
		const operation = fakeOperation({ view: primaryLost, record: record() });
		await failover(operation, killed);
		expect(operation.done).toEqual([
			"mysql-1: stop receiver",
			"mysql-2: stop receiver",
			"mysql-1: apply",
			"record term 4 primary mysql-1",
			"mysql-1: rotate log",
			"mysql-1: promote",
			"publish mysql-1",
			"mysql-2: follow mysql-1.mysql",
			"record term 4 primary mysql-1",
		]);
	});

	test("keeps as history all that the new primary holds, and its evidence", async () => {
		const operation = fakeOperation({ view: primaryLost, record: record() });
		await failover(operation, killed);
		expect(operation.saved()).toMatchObject({
			gtidAtPromotion: gtids(0, 100),
			lastChange: {
				kind: "failover",
				from: "mysql-0",
				to: "mysql-1",
				gtidBefore: { "mysql-1": gtids(0, 100), "mysql-2": gtids(0, 99) },
				finishedAt: expect.any(String),
			},
		});
	});

	test("does without a new binary log where that fails", async () => {
		const before = (what: string) => {
			if (what.endsWith("rotate log")) throw new Error("error on rename");
		};
		const operation = fakeOperation({ view: primaryLost, record: record(), before });
		await failover(operation, killed);
		expect(operation.done).toContain("mysql-1: promote");
		const steps = operation.saved()?.lastChange?.steps.map(({ step }) => step);
		expect(steps).toContain("mysql-1 keeps its binary log: error on rename");
	});

	test("does not promote what took an errant write while it caught up", async () => {
		const gains = parseGtidSet(`${uuid(1)}:1`);
		const operation = fakeOperation({ view: primaryLost, record: record(), gains });
		await expect(failover(operation, killed)).rejects.toThrow(`errant transactions since it was chosen: ${uuid(1)}:1`);
		expect(operation.saved()).toMatchObject({ term: 3, primary: "mysql-0" });
	});

	test("chooses nobody when a receiver cannot be stopped", async () => {
		const operation = fakeOperation({
			view: primaryLost,
			record: record(),
			before: (what) => {
				if (what === "mysql-2: stop receiver") throw new Error("no answer");
			},
		});
		await expect(failover(operation, killed)).rejects.toThrow("no answer");
		expect(operation.saved()).toMatchObject({ term: 3, primary: "mysql-0" });
	});

	test.each(["mysql-1: stop receiver", "mysql-1: apply", "mysql-1: promote"])(
		"stops before the next act when the lease is lost at: %s",
		async (last) => {
			let lost = false;
			const operation = fakeOperation({
				view: primaryLost,
				record: record(),
				before: (what) => {
					lost ||= what === last;
				},
				leaseMs: () => (lost ? 0 : 3000),
			});
			await failover(operation, killed).catch((error) => expect(error.name).toBe("LostLeaseError"));
			const after = operation.done.slice(operation.done.indexOf(last) + 1);
			expect(after.filter((what) => /promote|follow|apply|publish/.test(what))).toEqual([]);
		},
	);

	test("connects nobody that still accepts writes: repairs fence it first", async () => {
		const open = reads({ ...replicaReading(2, { executed: gtids(0, 50) }, lostSource), superReadOnly: false });
		const operation = fakeOperation({ view: view([silent(), one, open]), record: record() });
		await failover(operation, killed);
		expect(operation.done).toContain("mysql-1: promote");
		expect(operation.done.filter((what) => what.startsWith("mysql-2: follow"))).toEqual([]);
	});

	test("fences an old primary that can still be read", async () => {
		const closed = reads(primaryReading({ executed: gtids(0, 90) }, { superReadOnly: true }));
		const operation = fakeOperation({ view: view([closed, one, silent()]), record: record() });
		await failover(operation, { ...killed, reason: "behind" });
		expect(operation.done).toContain("mysql-0: fence");
		expect(operation.saved()?.primary).toBe("mysql-1");
	});
});

describe("a failover away from a primary that answers but hangs", () => {
	const hanging = reads(primaryReading({ executed: gtids(0, 100), retrieved: "" }, { committing: 3 }));
	const stalled = { from: "mysql-0", reason: "its disk hangs", stalled: true };
	const scene = view([hanging, one, two]);

	test("asks nothing of it before another is open, and then only ends its sessions", async () => {
		const operation = fakeOperation({ view: scene, record: record() });
		await failover(operation, stalled);
		const onOld = operation.done.filter((what) => what.startsWith("mysql-0"));
		expect(onOld).toEqual(["mysql-0: shut out"]);
		expect(operation.done.indexOf("mysql-0: shut out")).toBeGreaterThan(operation.done.indexOf("publish mysql-1"));
		expect(operation.saved()).toMatchObject({ term: 4, primary: "mysql-1", gtidAtPromotion: gtids(0, 100) });
	});

	test("does not count what it alone holds", async () => {
		const ahead = reads(primaryReading({ executed: gtids(0, 105) }, { committing: 3 }));
		const operation = fakeOperation({ view: view([ahead, one, two]), record: record() });
		await failover(operation, stalled);
		expect(operation.saved()).toMatchObject({ primary: "mysql-1", gtidAtPromotion: gtids(0, 100) });
	});

	test("is completed when its sessions cannot be ended", async () => {
		const operation = fakeOperation({
			view: scene,
			record: record(),
			before: (what) => {
				if (what === "mysql-0: shut out") throw new Error("no answer");
			},
		});
		await failover(operation, stalled);
		expect(operation.saved()?.lastChange?.finishedAt).toEqual(expect.any(String));
	});

	test("is refused when a replica is gone since", async () => {
		const operation = fakeOperation({ view: view([hanging, one, silent()]), record: record() });
		await expect(failover(operation, stalled)).rejects.toThrow("mysql-2");
		expect(operation.saved()).toMatchObject({ term: 3 });
	});
});

describe("a switchover", () => {
	test("drains, hands over, and makes the old primary follow", async () => {
		const operation = fakeOperation({ view: healthy(), record: record() });
		await switchover(operation, "mysql-2", "asked");
		expect(operation.done).toEqual([
			"mysql-2: rotate log",
			"mysql-2: apply",
			"mysql-0: refuse writes",
			"mysql-2: apply",
			"mysql-2: stop receiver",
			"record term 4 primary mysql-2",
			"mysql-2: promote",
			"publish mysql-2",
			"mysql-0: follow mysql-2.mysql",
			"mysql-1: follow mysql-2.mysql",
			"mysql-0: fence",
			"record term 4 primary mysql-2",
		]);
	});

	test("waits for the transactions that were open when it began, not for later ones", async () => {
		const transactions = [["1/10", "2/20"], ["2/20", "3/30"], ["3/30"]];
		const operation = fakeOperation({ view: healthy(), record: record(), transactions });
		await switchover(operation, "mysql-2", "asked");
		expect(operation.done.slice(1, 3)).toEqual(["wait", "wait"]);
		expect(operation.done.indexOf("mysql-0: refuse writes")).toBeGreaterThan(operation.done.lastIndexOf("wait"));
	});

	test("waits for the target to come close before it refuses writes, and not for ever", async () => {
		const applies = (n: number) => n > 2;
		const near = fakeOperation({ view: healthy(), record: record(), applies });
		await switchover(near, "mysql-2", "asked");
		const apply = "mysql-2: apply";
		expect(near.done.slice(1, 8)).toEqual([apply, "wait", apply, "wait", apply, "mysql-0: refuse writes", apply]);

		const never = fakeOperation({ view: healthy(), record: record(), applies: false });
		await expect(switchover(never, "mysql-2", "asked")).rejects.toThrow("mysql-2 did not catch up");
		expect(never.done.slice(-3)).toEqual(["mysql-0: refuse writes", apply, "mysql-0: accept writes"]);
	});

	test("ends a transaction that stays open beyond the limit", async () => {
		const operation = fakeOperation({ view: healthy(), record: record(), transactions: [["1/10"]] });
		await switchover(operation, "mysql-2", "asked");
		expect(operation.saved()).toMatchObject({ term: 4, primary: "mysql-2" });
		const steps = operation.saved()?.lastChange?.steps.map(({ step }) => step);
		expect(steps).toContain("transactions that did not finish and are ended: 1");
	});

	test("that cannot finish opens the old primary again and changes no term", async () => {
		const operation = fakeOperation({
			view: healthy(),
			record: record(),
			before: (what) => {
				if (what === "mysql-2: apply") throw new Error("too slow");
			},
		});
		await expect(switchover(operation, "mysql-2", "asked")).rejects.toThrow("put back: too slow");
		expect(operation.done.at(-1)).toBe("mysql-0: accept writes");
		expect(operation.saved()?.term).toBe(3);
	});
});

describe("a primary whose data are lost at the last moment is not opened", () => {
	const lost = "its data directory is not the one of its term";

	test("when a switchover is undone", async () => {
		const operation = fakeOperation({
			view: healthy(),
			record: record(),
			loses: { name: "mysql-0", after: "mysql-0: refuse writes" },
			before: (what) => {
				if (what === "mysql-2: stop receiver") throw new Error("too slow");
			},
		});
		await expect(switchover(operation, "mysql-2", "asked")).rejects.toThrow(lost);
		expect(operation.done).not.toContain("mysql-0: accept writes");
	});

	test("when its term has just been recorded", async () => {
		const loses = { name: "mysql-1", after: "record term 4 primary mysql-1" };
		const operation = fakeOperation({ view: primaryLost, record: record(), loses });
		await expect(failover(operation, killed)).rejects.toThrow(lost);
		expect(operation.done).not.toContain("mysql-1: promote");
	});

	test("when a leader makes the record its own before it opens it again", async () => {
		const loses = { name: "mysql-0", after: "record term 3 primary mysql-0" };
		const operation = fakeOperation({ view: healthy(), record: record(), loses });
		const resume = { do: "resume", primary: "mysql-0", reason: "it refuses writes" } as const;
		await expect(perform(operation, resume, { schemas: [], access: access() })).rejects.toThrow(lost);
		expect(operation.done).not.toContain("mysql-0: promote");
	});
});

describe("a bootstrap", () => {
	test("records before it opens", async () => {
		const none = { executed: "", retrieved: "" };
		const empty = (n: number) => reads(replicaReading(n, none, { receiver: null, applier: null }));
		const operation = fakeOperation({ view: view([empty(0), empty(1), empty(2)]), record: record() });
		await bootstrap(operation, "mysql-0", "first");
		expect(operation.done.slice(0, 3)).toEqual([
			"create record primary mysql-0",
			"mysql-0: promote",
			"publish mysql-0",
		]);
		expect(operation.saved()).toMatchObject({ term: 1, uuids: { "mysql-0": uuid(0) }, schemasReady: false });
		expect(formatGtidSet(parseGtidSet(operation.saved()?.gtidAtPromotion ?? "?"))).toBe("");
	});
});

import { describe, expect, test } from "@jest/globals";
import { decide } from "../../../runtime/failover/decide.ts";
import {
	facts,
	gtids,
	healthy,
	lostSource,
	otherUuid,
	primaryReading,
	reads,
	receiver,
	record,
	refusing,
	replicaReading,
	request,
	silent,
	uuid,
	view,
} from "./scene.ts";

const action = (...args: Parameters<typeof decide>) => decide(...args).action;
const empty = { executed: "", retrieved: "" };
const fresh = (n: number) => reads(replicaReading(n, empty, { receiver: null, applier: null }));

describe("a cluster without a record", () => {
	test("waits until every instance answers", () => {
		const decision = decide(view([fresh(0), fresh(1), silent()]), null, facts);
		expect(decision.action).toMatchObject({ do: "wait", reason: expect.stringContaining("2 of 3") });
	});

	test("is bootstrapped on the first instance when all are empty", () => {
		expect(action(view([fresh(0), fresh(1), fresh(2)]), null, facts)).toMatchObject({
			do: "bootstrap",
			primary: "mysql-0",
		});
	});

	test("is bootstrapped on the instance that holds what any holds", () => {
		const full = reads(replicaReading(2, { executed: gtids(7, 9) }, { receiver: null, applier: null }));
		expect(action(view([fresh(0), fresh(1), full]), null, facts)).toMatchObject({ primary: "mysql-2" });
	});

	test("refuses to choose between two histories", () => {
		const one = reads(replicaReading(1, { executed: gtids(7, 9) }));
		const two = reads(replicaReading(2, { executed: gtids(8, 9) }));
		expect(decide(view([fresh(0), one, two]), null, facts)).toMatchObject({
			action: { do: "wait" },
			alerts: ["noRecord"],
		});
	});
});

describe("a primary that answers", () => {
	test("and is healthy needs nothing", () => {
		expect(decide(healthy(), record(), facts)).toEqual({
			action: { do: "wait", reason: "steady" },
			repairs: [],
			alerts: [],
		});
	});

	test("is published when the endpoint points elsewhere", () => {
		expect(action({ ...healthy(), published: null }, record(), facts)).toEqual({
			do: "publish",
			primary: "mysql-0",
			address: "10.0.0.0",
		});
	});

	test("without anybody to acknowledge raises an alert and stays synchronous", () => {
		const lonely = view([reads(primaryReading({}, { ackers: 0 })), silent(), silent()]);
		expect(decide(lonely, record(), facts)).toMatchObject({ action: { do: "wait" }, alerts: ["tooFewAckers"] });
	});

	test("is opened again after a restart when nobody holds more", () => {
		const closed = reads(primaryReading({}, { superReadOnly: true, acksRequired: false }));
		const scene = view([closed, reads(replicaReading(1, {}, lostSource)), silent()]);
		expect(action(scene, record(), facts)).toMatchObject({ do: "resume", primary: "mysql-0" });
	});

	test("is not opened after a restart when a replica holds more", () => {
		const closed = reads(primaryReading({ executed: gtids(0, 90) }, { superReadOnly: true }));
		const scene = view([closed, reads(replicaReading(1)), reads(replicaReading(2))]);
		expect(action(scene, record(), facts)).toMatchObject({ do: "failover", from: "mysql-0" });
	});

	test("with an empty data directory is never taken for truth", () => {
		const lost = reads(primaryReading(empty, { uuid: otherUuid, superReadOnly: true }));
		const scene = view([lost, reads(replicaReading(1, {}, lostSource)), reads(replicaReading(2, {}, lostSource))]);
		expect(action(scene, record(), facts)).toMatchObject({ do: "failover", from: "mysql-0" });
		const one = view([lost, reads(replicaReading(1, {}, lostSource)), silent()]);
		expect(decide(one, record(), facts)).toMatchObject({ action: { do: "wait" }, alerts: ["quorum"] });
	});

	test("but does not know our password is not taken for dead", () => {
		const scene = view([
			{ state: "unknown", reason: "access denied" },
			reads(replicaReading(1, {}, lostSource)),
			reads(replicaReading(2, {}, lostSource)),
		]);
		expect(decide(scene, record(), facts)).toMatchObject({ action: { do: "wait" }, alerts: ["primaryUnknown"] });
	});
});

describe("a recorded primary that accepts writes", () => {
	test("but was not opened as one is opened: it may still keep its clients out", () => {
		const never = reads(primaryReading({}, { receiver: receiver({ state: "off", source: "mysql-2.mysql" }) }));
		const scene = view([never, reads(replicaReading(1)), reads(replicaReading(2))]);
		expect(action(scene, record(), facts)).toMatchObject({ do: "resume", primary: "mysql-0" });
	});
});

describe("a primary that is silent", () => {
	const [one, two] = [reads(replicaReading(1, {}, lostSource)), reads(replicaReading(2, {}, lostSource))];

	test("is waited for until enough probes have failed", () => {
		expect(action(view([silent(false), one, two]), record(), facts).do).toBe("wait");
		expect(action(view([silent(), one, two]), record(), facts)).toMatchObject({ do: "failover", from: "mysql-0" });
	});

	test("stays primary while a replica still hears it", () => {
		expect(decide(view([silent(), one, reads(replicaReading(2))]), record(), facts)).toMatchObject({
			action: { do: "wait" },
			alerts: ["primaryUnseen"],
		});
	});

	test("whose host refuses connections is dead as soon as one replica has lost it", () => {
		const drains = reads(replicaReading(2));
		expect(action(view([refusing, one, drains]), record(), facts)).toMatchObject({ do: "failover" });
		expect(decide(view([refusing, reads(replicaReading(1)), drains]), record(), facts)).toMatchObject({
			action: { do: "wait" },
			alerts: ["primaryUnseen"],
		});
	});

	test("is not replaced when a replica that may have acknowledged is missing too", () => {
		for (const scene of [view([silent(), one, silent()]), view([silent(), silent(), silent()])]) {
			expect(decide(scene, record(), facts)).toMatchObject({ action: { do: "wait" }, alerts: ["quorum"] });
		}
	});

	test("is not replaced when a replica lost its data since it acknowledged", () => {
		const wiped = reads(replicaReading(2, empty, { uuid: otherUuid, receiver: null, applier: null }));
		expect(decide(view([silent(), one, wiped]), record(), facts)).toMatchObject({ alerts: ["quorum"] });
	});
});

describe("a replica", () => {
	const primary = reads(primaryReading());
	const repairOf = (replica: ReturnType<typeof reads>, rec = record()) =>
		decide(view([primary, replica, reads(replicaReading(2))]), rec, facts).repairs;

	test("that follows nobody or somebody else is connected to the primary", () => {
		const source = "mysql-0.mysql";
		const follow = { do: "follow", name: "mysql-1", source, fresh: false, behind: false };
		for (const change of [
			{ receiver: null, applier: null },
			{ receiver: receiver({ state: "off" }) },
			{ receiver: receiver({ source: "mysql-2.mysql" }) },
			{ applier: { running: false, error: "", errno: 0 } },
		]) {
			expect(repairOf(reads(replicaReading(1, {}, change)))).toEqual([follow]);
		}
	});

	test("that retries the right source is left alone", () => {
		expect(repairOf(reads(replicaReading(1, {}, lostSource)))).toEqual([]);
	});

	test("that accepts writes or demands acknowledgements is fenced", () => {
		for (const change of [{ superReadOnly: false }, { acksRequired: true }]) {
			expect(repairOf(reads(replicaReading(1, {}, change)))).toEqual([{ do: "fence", name: "mysql-1" }]);
		}
	});

	test("with transactions of its own is rebuilt from another replica, and they are named", () => {
		const errant = reads(replicaReading(1, { executed: `${gtids(0, 100)},${uuid(1)}:5` }));
		expect(repairOf(errant)).toMatchObject([
			{ do: "rebuild", name: "mysql-1", donor: "mysql-2", surplus: `${uuid(1)}:5` },
		]);
	});

	test("whose pod is being deleted is not connected again: it would acknowledge what nobody asks for any more", () => {
		const scene = view([
			reads(primaryReading()),
			reads(replicaReading(1, {}, { receiver: null })),
			reads(replicaReading(2)),
		]);
		const instances = scene.instances.map((i) => (i.name === "mysql-1" ? { ...i, ending: true } : i));
		expect(decide(scene, record(), facts).repairs).toMatchObject([{ do: "follow", name: "mysql-1" }]);
		expect(decide({ ...scene, instances }, record(), facts).repairs).toEqual([]);
	});

	test("with transactions of its own is not wiped while no other replica acknowledges; it follows instead", () => {
		const errantSet = { executed: `${gtids(0, 100)},${uuid(1)}:5` };
		const errant = reads(replicaReading(1, errantSet, { receiver: null, applier: null }));
		const repaired = (other: ReturnType<typeof silent>) =>
			decide(view([primary, errant, other]), record(), facts).repairs;
		expect(repaired(silent())).toEqual([
			{ do: "follow", name: "mysql-1", source: "mysql-0.mysql", fresh: false, behind: false },
		]);
		expect(repaired(reads(replicaReading(2)))).toMatchObject([{ do: "rebuild", keeper: "mysql-2" }]);
	});

	test("that is not admitted yet, but may have acknowledged, is not wiped either without another one", () => {
		const errantSet = { executed: `${gtids(0, 100)},${uuid(1)}:5` };
		const errant = reads(replicaReading(1, errantSet, { uuid: otherUuid }));
		const repaired = (other: ReturnType<typeof silent>, rec = record()) =>
			decide(view([primary, errant, other]), rec, facts).repairs;
		expect(repaired(silent())).toMatchObject([{ do: "admit" }]);
		expect(repaired(reads(replicaReading(2)))).toMatchObject([{ do: "rebuild", keeper: "mysql-2" }]);
		// What it has of this term's beginning it cannot have acknowledged to this primary.
		const rec = record({ gtidAtPromotion: gtids(0, 100) });
		expect(repaired(silent(), rec)).toMatchObject([{ do: "rebuild", keeper: null }]);
	});

	test("that is not admitted yet keeps the relay log of which it may have acknowledged something", () => {
		const stopped = { uuid: otherUuid, receiver: receiver({ state: "off" }) };
		const behind = { executed: gtids(0, 90), retrieved: gtids(0, 95) };
		expect(repairOf(reads(replicaReading(1, behind, stopped)))).toMatchObject([{ do: "follow", fresh: false }]);
		const clone = { executed: gtids(0, 90), purged: gtids(0, 90) };
		expect(repairOf(reads(replicaReading(1, clone, stopped)))).toMatchObject([{ do: "follow", fresh: true }]);
	});

	/** What it could not apply, for how long. */
	const stopped = (errno: number, brokenMs: number, sets = {}) =>
		reads(replicaReading(1, sets, { applier: { running: false, error: "no", errno } }), { brokenMs });
	const wentWrong = { executed: gtids(0, 90), retrieved: gtids(0, 95) };

	test("whose applier cannot apply something is rebuilt, once it was started again in vain", () => {
		const [asked] = repairOf(stopped(1062, 4000, wentWrong));
		expect(asked).toMatchObject({ do: "rebuild", donor: "mysql-2", keeper: "mysql-2", surplus: "" });
		expect(asked).toMatchObject({ reason: "its applier cannot go on: no (1062)" });
		expect(repairOf(stopped(1062, 3999, wentWrong))).toMatchObject([{ do: "follow" }]);
		expect(repairOf(stopped(0, 4000, wentWrong))).toMatchObject([{ do: "follow" }]);
	});

	test("whose applier cannot go on is not wiped while no other one acknowledges", () => {
		const scene = view([primary, stopped(1062, 9000, wentWrong), silent()]);
		expect(decide(scene, record(), facts).repairs).toMatchObject([{ do: "follow", name: "mysql-1" }]);
	});

	test.each([1021, 1114, 1205, 1213])("is not rebuilt for what passes by itself: %i", (errno) => {
		expect(repairOf(stopped(errno, 60_000, wentWrong))).toMatchObject([{ do: "follow" }]);
	});

	test.each([13121, 13124])("whose relay log cannot be read fetches anew: %i", (errno) => {
		const applier = { running: false, error: "no", errno };
		const repaired = (state: "on" | "off", other: ReturnType<typeof silent>) => {
			const reading = replicaReading(1, wentWrong, { applier, receiver: receiver({ state }) });
			return decide(view([primary, reads(reading, { brokenMs: 4000 }), other]), record(), facts).repairs;
		};
		expect(repaired("on", reads(replicaReading(2)))).toMatchObject([{ do: "refetch", keeper: "mysql-2" }]);
		expect(repaired("off", silent())).toMatchObject([{ do: "refetch", keeper: null }]);
		// It goes on acknowledging, and nobody else does.
		expect(repaired("on", silent())).toMatchObject([{ do: "follow" }]);
	});

	test("whose relay log cannot be read keeps it while it has applied something that the primary lacks", () => {
		const ahead = stopped(13124, 60_000, { executed: gtids(0, 101) });
		expect(repairOf(ahead)).toMatchObject([{ do: "follow" }]);
	});

	test("is not rebuilt while another is: one copy at a time is missing", () => {
		const both = [1, 2].map((n) => reads(replicaReading(n, { executed: `${gtids(0, 100)},${uuid(n)}:5` })));
		const [errant, other] = both as [(typeof both)[0], (typeof both)[0]];
		const scene = view([primary, errant, other]);
		expect(decide(scene, record(), facts).repairs).toMatchObject([{ do: "rebuild", name: "mysql-1" }]);
		const busy = scene.instances.map((i) => (i.name === "mysql-1" ? { ...i, busy: "rebuild" } : i));
		expect(decide({ ...scene, instances: busy }, record(), facts).repairs).toEqual([]);
	});

	test("merely ahead of the reading of the primary is not errant", () => {
		expect(repairOf(reads(replicaReading(1, { executed: gtids(0, 105) })))).toEqual([]);
	});

	test("with an older primary's last transactions that the new one never had is rebuilt", () => {
		const rec = record({ gtidAtPromotion: gtids(2, 50) });
		const history = `${gtids(2, 50)},${gtids(0, 100)}`;
		const old = reads(replicaReading(1, { executed: `${gtids(2, 52)},${gtids(0, 100)}` }));
		const scene = view([
			reads(primaryReading({ executed: history })),
			old,
			reads(replicaReading(2, { executed: history })),
		]);
		expect(decide(scene, rec, facts).repairs).toMatchObject([{ do: "rebuild", surplus: `${uuid(2)}:51-52` }]);
	});

	test("that needs purged binary logs is rebuilt", () => {
		const scene = view([reads(primaryReading({ purged: gtids(0, 50) })), fresh(1), reads(replicaReading(2))]);
		expect(decide(scene, record(), facts).repairs).toMatchObject([
			{ do: "rebuild", name: "mysql-1", donor: "mysql-2" },
		]);
	});

	test("with a new data directory counts only once it has caught up", () => {
		const behind = reads(replicaReading(1, { executed: gtids(0, 99) }, { uuid: otherUuid }));
		expect(repairOf(behind)).toEqual([]);
		const caughtUp = reads(replicaReading(1, {}, { uuid: otherUuid }));
		expect(repairOf(caughtUp)).toEqual([{ do: "admit", name: "mysql-1", uuid: otherUuid }]);
		const unapplied = { executed: gtids(0, 90), retrieved: gtids(0, 100) };
		expect(repairOf(reads(replicaReading(1, unapplied, { uuid: otherUuid })))).toMatchObject([{ do: "admit" }]);
	});

	describe("that is behind", () => {
		const unadmitted = { uuid: otherUuid };
		const off = { receiver: receiver({ state: "off" }) };

		test("fetches what it lacks without syncing it, as long as it lacks anything", () => {
			const follows = (behind: boolean) => [{ do: "follow", name: "mysql-1", behind }];
			const started = (sets: Parameters<typeof replicaReading>[1], more = {}) =>
				repairOf(reads(replicaReading(1, sets, { ...off, ...more })));
			expect(started({ executed: gtids(0, 99) }, unadmitted)).toMatchObject(follows(true));
			expect(started({ executed: gtids(0, 90), retrieved: gtids(0, 100) }, unadmitted)).toMatchObject(follows(false));
			expect(started({ executed: gtids(0, 100), retrieved: gtids(0, 100) }, unadmitted)).toMatchObject(follows(false));
			expect(started({ executed: gtids(0, 99) })).toMatchObject(follows(false));
			expect(started({ executed: gtids(0, 50) })).toMatchObject(follows(true));
			expect(started({ executed: gtids(0, 99) }, { catchingUp: true })).toMatchObject(follows(true));
		});

		test("syncs and acknowledges from when it has fetched all, and counts only after that", () => {
			const hasty = { ...unadmitted, catchingUp: true, acknowledges: false };
			const far = { executed: gtids(0, 5000) };
			const scene = view([
				reads(primaryReading(far)),
				reads(replicaReading(1, {}, hasty)),
				reads(replicaReading(2, far)),
			]);
			expect(decide(scene, record(), facts).repairs).toEqual([]);
			const fetched = { executed: gtids(0, 90), retrieved: gtids(0, 100) };
			const settle = [{ do: "settle", name: "mysql-1", source: "mysql-0.mysql" }];
			expect(repairOf(reads(replicaReading(1, fetched, hasty)))).toEqual(settle);
			expect(repairOf(reads(replicaReading(1, { executed: gtids(0, 90) }, { catchingUp: true })))).toEqual(settle);
		});
	});
});

describe("a request to switch over", () => {
	const asked = (to?: string) => ({ ...healthy(), request: request(to) });

	test("goes to the replica that was named, or to a sound one", () => {
		expect(action(asked("mysql-2"), record(), facts)).toMatchObject({ do: "switchover", to: "mysql-2" });
		expect(action(asked(), record(), facts)).toMatchObject({ do: "switchover", to: "mysql-1" });
	});

	test.each([
		["mysql-0", "is the primary already"],
		["mysql-9", "there is no instance mysql-9"],
	])("to %s is refused: %s", (to, why) => {
		expect(action(asked(to), record(), facts)).toMatchObject({ do: "answer", refusal: expect.stringContaining(why) });
	});

	test("to a replica that does not replicate is refused", () => {
		const scene = view([reads(primaryReading()), silent(), reads(replicaReading(2))], { request: request("mysql-1") });
		expect(action(scene, record(), facts)).toMatchObject({ do: "answer" });
	});

	test("that was answered is not carried out again", () => {
		const answered = record({ request: { id: "r1", state: "done", message: "", at: "2026-01-01T00:00:00.000Z" } });
		expect(action(asked(), answered, facts)).toMatchObject({ do: "wait" });
	});
});

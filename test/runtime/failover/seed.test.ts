import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Decision, decide } from "../../../runtime/failover/decide.ts";
import { firstPatienceMs, patienceMs } from "../../../runtime/failover/seed.ts";
import type { Health, View } from "../../../runtime/failover/view.ts";
import {
	facts,
	gtids,
	healthy,
	otherUuid,
	primaryReading,
	reads,
	record,
	replicaReading,
	silent,
	view,
} from "./scene.ts";
import { asked, closed, emptied, first, second, seed, seededRecord } from "./seedScene.ts";

const one = reads(replicaReading(1));
const two = reads(replicaReading(2));
const open = reads(primaryReading());
const lostData = reads(primaryReading({ executed: "" }, { uuid: otherUuid, superReadOnly: true, acksRequired: false }));
const begun = { "mysql-1": 1 };
const both = { "mysql-1": 1, "mysql-2": 1 };

const judge = (health: [Health, Health, Health], change = {}, seen: Partial<View> = {}): Decision =>
	decide(view(health, seen), seededRecord(change), facts);
const step = (name: string) => ({ action: { do: "seed", step: { step: name } }, repairs: [] });
const copies = (name: string, donor: string | null) => ({
	action: { do: "wait" },
	repairs: [{ do: "copy", name, donor, seed: "s1" }],
});
const waits = { action: { do: "wait" }, repairs: [] };

describe("a restored copy that an operator wants in place", () => {
	test("goes to the two replicas, the old primary last", () => {
		const scene = { ...healthy(), request: asked() };
		expect(decide(scene, record(), facts).action).toMatchObject({
			do: "seed",
			step: { step: "begin", first: "mysql-1", second: "mysql-2" },
		});
	});

	test("goes to a replica that stays before one that is leaving: it becomes the primary", () => {
		const instances = healthy().instances.map((i) => (i.name === "mysql-1" ? { ...i, leaving: "cordoned" } : i));
		const scene = { ...healthy(), instances, request: asked() };
		expect(decide(scene, record(), facts).action).toMatchObject({ step: { first: "mysql-2", second: "mysql-1" } });
	});

	test.each<[string, string, [Health, Health, Health]]>([
		["an instance cannot be read", "mysql-2 does not replicate now", [open, one, silent()]],
		[
			"an instance has surplus",
			"mysql-1 does not replicate now",
			[open, reads(replicaReading(1, { executed: gtids(1, 1) })), two],
		],
	])("is refused while %s", (_, why, health) => {
		const { action } = decide(view(health, { request: asked() }), record(), facts);
		expect(action).toMatchObject({ do: "answer", refusal: expect.stringContaining(why) });
	});

	test("is refused when it holds nothing", () => {
		const { action } = decide({ ...healthy(), request: asked({ gtids: "" }) }, record(), facts);
		expect(action).toMatchObject({ do: "answer", refusal: "the restored copy holds no transaction" });
	});

	test.each(["done", "undone"] as const)("is put in place once: %s", (state) => {
		const { action } = decide({ ...healthy(), request: asked() }, record({ seed: seed({ state }) }), facts);
		expect(action).toEqual({ do: "wait", reason: "steady" });
	});
});

describe("a restored copy that is being put in place", () => {
	test.each<[string, [Health, Health, Health], object, object]>([
		["the primary is closed first", [open, one, two], { safe: null }, step("close")],
		["then what goes is made safe", [closed, one, two], { safe: null }, step("secure")],
		["then the first gets the copy", [closed, one, two], {}, copies("mysql-1", null)],
		["the first is waited for while it restarts", [closed, silent(), two], { attempts: begun }, waits],
		[
			"the first is copied to again when nothing came of it",
			[closed, emptied(1), two],
			{ attempts: begun },
			copies("mysql-1", null),
		],
		["the second gets it from the first", [closed, first, two], { attempts: begun }, copies("mysql-2", "mysql-1")],
		["the second is waited for while it restarts", [closed, first, silent()], { attempts: both }, waits],
		["then it is recorded", [closed, first, second], { attempts: both }, step("record")],
		[
			"an old primary that came back open is closed before anything else",
			[open, first, second],
			{ attempts: both },
			step("close"),
		],
	])("%s", (_, health, change, expected) => {
		expect(judge(health, change)).toMatchObject(expected);
	});

	test("is not taken for the copy by its GTID set alone: before a copy they may hold the same", () => {
		const same = gtids(0, 100);
		expect(judge([closed, one, two], { gtids: same })).toMatchObject(copies("mysql-1", null));
	});

	test("goes on while the cluster is paused: an operator asked for it", () => {
		const paused = { until: "2026-01-02T00:00:00.000Z", reason: "storage" };
		const decision = judge([closed, one, two], {}, { paused });
		expect(decision).toMatchObject({ ...copies("mysql-1", null), alerts: ["paused"] });
	});

	test("starts nothing beside a copy that is under way", () => {
		const scene = view([closed, one, two]);
		const instances = scene.instances.map((i) => (i.name === "mysql-1" ? { ...i, busy: "copy" } : i));
		expect(decide({ ...scene, instances }, seededRecord({ attempts: begun }), facts)).toMatchObject(waits);
	});

	test.each<[string, [Health, Health, Health], object, Partial<View>]>([
		["the first does not take it again and again", [closed, emptied(1), two], { attempts: { "mysql-1": 3 } }, {}],
		[
			"the second does not take it again and again",
			[closed, first, emptied(2)],
			{ attempts: { "mysql-1": 1, "mysql-2": 3 } },
			{},
		],
		["the first does not come back", [closed, silent(), two], { attempts: begun }, { seedStillMs: patienceMs + 1 }],
		["the old primary is lost before there is a copy", [silent(), one, two], {}, { seedStillMs: firstPatienceMs + 1 }],
	])("is undone when %s", (_, health, change, seen) => {
		expect(judge(health, change, seen)).toMatchObject(step("undo"));
	});

	test("is undone when the old primary's data are lost before there is a copy: the replicas have what counts", () => {
		expect(judge([lostData, one, two], { safe: null })).toMatchObject(step("undo"));
		expect(judge([lostData, one, two], { state: "undoing", message: "" })).toMatchObject(step("reopen"));
		expect(judge([lostData, one, two], { state: "undone" }).action).toMatchObject({ do: "failover", from: "mysql-0" });
		expect(judge([lostData, first, two], { attempts: begun })).toMatchObject(copies("mysql-2", "mysql-1"));
	});

	test("goes on without the old primary once there is a copy: what it held is safe", () => {
		const late = { seedStillMs: patienceMs + 1 };
		expect(judge([silent(), first, two], { attempts: begun }, late)).toMatchObject(copies("mysql-2", "mysql-1"));
		expect(judge([silent(), first, second], { attempts: both })).toMatchObject(step("record"));
	});

	test("never lets the old primary's data go, nor another instance's while one is gone, whatever is seen", () => {
		const health = (n: number, own: Health[]) => fc.constantFrom(...own, silent(), silent(false), emptied(n));
		fc.assert(
			fc.property(
				fc.constantFrom(open, closed, silent(), lostData),
				health(1, [one, first]),
				health(2, [two, second]),
				fc.constantFrom({}, begun, both, { "mysql-1": 3 }),
				fc.constantFrom(null, "it is in the archive"),
				fc.constantFrom(0, patienceMs + 1),
				fc.constantFrom("copying", "undoing"),
				(zero, a, b, attempts, safe, seedStillMs, state) => {
					const { action, repairs } = judge([zero, a, b], { attempts, safe, state }, { seedStillMs });
					expect(repairs.every((repair) => repair.do === "copy" && repair.name !== "mysql-0")).toBe(true);
					expect(repairs.length).toBeLessThanOrEqual(1);
					expect(["resume", "failover", "publish", "createSchemas", "rollout"]).not.toContain(action.do);
					const [repair] = repairs;
					if (repair?.do !== "copy" || state === "undoing") return;
					// Nobody's data go before what is in them is safe, and the second's only for a copy that is there.
					expect(safe).not.toBeNull();
					if (repair.name === "mysql-2") expect(a).toBe(first);
				},
			),
		);
	});
});

describe("a restored copy that is taken back", () => {
	const undone = { state: "undoing", message: "the donor is gone" };

	test("leaves the old primary to be opened again when a replica has its data", () => {
		expect(judge([closed, emptied(1), two], { ...undone, attempts: begun })).toMatchObject(step("reopen"));
		expect(judge([closed, one, two], undone)).toMatchObject(step("reopen"));
	});

	test("gives a replica the old primary's data before that opens: commits would wait for nobody", () => {
		expect(judge([closed, emptied(1), emptied(2)], { ...undone, attempts: both })).toMatchObject(
			copies("mysql-1", "mysql-0"),
		);
		const again = reads(
			replicaReading(1, { executed: gtids(0, 100) }, { uuid: "77777777-0000-0000-0000-000000000000" }),
		);
		expect(judge([closed, again, emptied(2)], { ...undone, attempts: both })).toMatchObject(step("reopen"));
	});

	test("waits for the old primary, and an operator may give up what it holds", () => {
		const alone: [Health, Health, Health] = [silent(), emptied(1), two];
		expect(judge(alone, { ...undone, attempts: begun })).toMatchObject({ ...waits, alerts: ["quorum"] });
		const request = {
			id: "p1",
			kind: "promote",
			to: "mysql-2",
			acceptLoss: true,
			at: "2026-01-01T00:00:00.000Z",
		} as const;
		expect(judge(alone, { ...undone, attempts: begun }, { request }).action).toMatchObject({
			do: "promote",
			to: "mysql-2",
		});
	});

	test("is followed by the opening of the old primary", () => {
		const decision = judge([closed, emptied(1), two], { ...undone, state: "undone", attempts: begun });
		expect(decision.action).toMatchObject({ do: "resume", primary: "mysql-0" });
	});
});

describe("a restored copy that counts", () => {
	const recorded = (state: "opening" | "done") =>
		record({
			...{ term: 4, primary: "mysql-1", gtidAtPromotion: seed().gtids, seed: seed({ state }) },
			uuids: {
				"mysql-1": first.state === "readable" ? first.reading.uuid : "",
				"mysql-2": second.state === "readable" ? second.reading.uuid : "",
			},
		});
	const opened = (ackers: number) =>
		reads(primaryReading({ executed: seed().gtids }, { uuid: recorded("opening").uuids["mysql-1"] ?? "", ackers }));
	const seen = { published: "10.0.0.1" };

	test("is opened by whoever leads", () => {
		expect(decide(view([closed, first, second], seen), recorded("opening"), facts).action).toMatchObject({
			do: "resume",
			primary: "mysql-1",
		});
	});

	test("is done once a replica acknowledges, not before", () => {
		expect(decide(view([closed, opened(1), second], seen), recorded("opening"), facts)).toMatchObject({
			action: step("finish").action,
		});
		expect(decide(view([closed, opened(0), second], seen), recorded("opening"), facts).action).toMatchObject({
			do: "wait",
		});
	});

	test("makes surplus of what the old primary holds beyond it: saved, then cloned anew", () => {
		const { repairs } = decide(view([closed, opened(1), second], seen), recorded("done"), facts);
		expect(repairs).toContainEqual(
			expect.objectContaining({
				do: "rebuild",
				name: "mysql-0",
				surplus: "00000000-0000-0000-0000-000000000000:81-100",
			}),
		);
	});
});

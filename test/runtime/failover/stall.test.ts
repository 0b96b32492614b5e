import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decide } from "../../../runtime/failover/decide.ts";
import type { Health, View } from "../../../runtime/failover/view.ts";
import {
	facts,
	gtids,
	lostSource,
	otherUuid,
	primaryReading,
	reads,
	record,
	replicaReading,
	silent,
	uuid,
	view,
} from "./scene.ts";

const stuckMs = facts.stallLimitMs;
const onDisk = reads(primaryReading({}, { committing: 4 }), { stuckMs });
const onAcks = reads(primaryReading({}, { ackers: 0, waitingCommits: 1 }), { stuckMs });
const [one, two] = [reads(replicaReading(1)), reads(replicaReading(2))];
const lost = (n: number) => reads(replicaReading(n, {}, lostSource));
const judge = (health: readonly [Health, Health, Health], change: Partial<View> = {}) =>
	decide(view(health, change), record(), facts);

describe("a primary on which no commit finishes", () => {
	test("is replaced after the limit, without asking anything of it", () => {
		expect(judge([onDisk, one, two])).toMatchObject({
			action: { do: "failover", from: "mysql-0", stalled: true },
			repairs: [],
			alerts: ["stalled"],
		});
		const sooner = reads(primaryReading({}, { committing: 4 }), { stuckMs: stuckMs - 1 });
		expect(judge([sooner, one, two])).toMatchObject({ action: { do: "wait" }, alerts: [] });
	});

	test("is replaced when both replicas lost it and its commits wait for them", () => {
		expect(judge([onAcks, lost(1), lost(2)])).toMatchObject({
			action: { do: "failover", stalled: true },
			alerts: ["tooFewAckers", "stalled"],
		});
	});

	test.each<[string, Health]>([
		["silent", silent()],
		["only just back", reads(replicaReading(2), { answersMs: stuckMs - 1 })],
		["with transactions of its own", reads(replicaReading(2, { executed: `${gtids(0, 100)},${uuid(2)}:1` }))],
		["without its data", reads(replicaReading(2, { executed: "" }, { uuid: otherUuid }))],
	])("stays while a replica is %s, and the others are looked after", (_, other) => {
		const off = reads(replicaReading(1, {}, { receiver: null, applier: null }));
		const decision = judge([onDisk, off, other]);
		expect(decision).toMatchObject({ action: { do: "wait" }, alerts: ["stalled"] });
		expect(decision.repairs).toContainEqual({
			do: "follow",
			name: "mysql-1",
			source: "mysql-0.mysql",
			fresh: false,
			behind: false,
		});
	});

	test("stays while a replica is connected that does not acknowledge: a new primary would wait for the same one", () => {
		const waits = reads(primaryReading({}, { waitingCommits: 1 }), { stuckMs });
		for (const scene of [judge([waits, one, two]), judge([waits, lost(1), two])]) {
			expect(scene).toMatchObject({ action: { do: "wait" }, alerts: ["stalled"] });
		}
	});

	test("is not replaced a second time within the hold-off, and that is said", () => {
		expect(judge([onDisk, one, two], { holdOffMs: 5000 })).toMatchObject({
			action: { do: "wait", reason: expect.stringContaining("hold-off") },
			alerts: ["stalled", "holdOff"],
		});
	});
});

test("an old primary whose disk hangs is left alone until its commits go on", () => {
	const rec = record({ primary: "mysql-1", term: 4 });
	const primary = reads(primaryReading({}, { uuid: uuid(1) }));
	const repairsOf = (old: Health) =>
		decide(view([old, primary, two]), rec, facts).repairs.filter((r) => r.name === "mysql-0");
	expect(repairsOf(onDisk)).toEqual([]);
	expect(repairsOf(onAcks)).toEqual([{ do: "fence", name: "mysql-0" }]);
	expect(repairsOf(reads(primaryReading()))).toEqual([{ do: "fence", name: "mysql-0" }]);
});

test("a dead primary is replaced within the hold-off as well", () => {
	expect(judge([silent(), lost(1), lost(2)], { holdOffMs: 5000 })).toMatchObject({
		action: { do: "failover", stalled: false },
	});
});

describe("whatever is seen", () => {
	const sound = (n: number) => reads(replicaReading(n));
	const unsound = (n: number) => [
		silent(),
		{ state: "unknown", reason: "access denied" } as const,
		reads(replicaReading(n), { answersMs: stuckMs - 1 }),
		reads(replicaReading(n, {}, { uuid: otherUuid })),
		reads(replicaReading(n, { executed: `${gtids(0, 100)},${uuid(n)}:1` })),
	];
	const replica = (n: number) => fc.constantFrom(sound(n), sound(n), lost(n), ...unsound(n));
	const primary = fc.record({ committing: fc.nat(2), waitingCommits: fc.nat(2), ackers: fc.nat(2) });
	const scenes = fc.tuple(primary, fc.nat(2 * stuckMs), replica(1), replica(2), fc.constantFrom(0, 0, 1));

	test("a primary that answers is replaced only by the word of two sound replicas, after the limit and the hold-off", () => {
		const made = { failovers: 0 };
		fc.assert(
			fc.property(scenes, ([change, stuck, first, second, holdOffMs]) => {
				const { action } = judge([reads(primaryReading({}, change), { stuckMs: stuck }), first, second], { holdOffMs });
				if (action.do !== "failover") return;
				made.failovers += 1;
				expect(stuck).toBeGreaterThanOrEqual(stuckMs);
				expect(holdOffMs).toBe(0);
				const replicas = [first, second].map((health, n) => [health, n + 1] as const);
				for (const [health, n] of replicas) expect([sound(n), lost(n)]).toContainEqual(health);
				if (change.waitingCommits > 0) expect([first, second]).toEqual([lost(1), lost(2)]);
			}),
			{ numRuns: 3000 },
		);
		expect(made.failovers).toBeGreaterThan(0);
	});
});

import { describe, expect, test } from "@jest/globals";
import { decide } from "../../../runtime/failover/decide.ts";
import { type PauseOrder, PauseWatch, parsePause } from "../../../runtime/failover/pause.ts";
import type { Health, View } from "../../../runtime/failover/view.ts";
import {
	facts,
	gtids,
	healthy,
	lostSource,
	primaryReading,
	reads,
	record,
	replicaReading,
	request,
	silent,
	uuid,
	view,
} from "./scene.ts";

const paused = { until: "2026-01-01T01:00:00.000Z", reason: "storage work" };
const judge = (seen: View) => decide({ ...seen, paused }, record(), facts);
const scene = (...health: [Health, Health, Health]) => view(health);
const lost = (n: number) => reads(replicaReading(n, {}, lostSource));

describe("while it is paused", () => {
	test("no failover is made, and it is said what would be done", () => {
		expect(judge(scene(silent(), lost(1), lost(2)))).toMatchObject({
			action: { do: "wait", reason: expect.stringContaining("otherwise failover") },
			alerts: ["paused"],
		});
	});

	test("no primary is moved off a leaving node, but an operator's switchover is carried out", () => {
		const [primary, ...others] = healthy().instances;
		const leaving = { ...healthy(), instances: [{ ...primary, leaving: "its node is cordoned" }, ...others] } as View;
		expect(judge(leaving).action).toMatchObject({ do: "wait" });
		expect(judge({ ...leaving, request: request() }).action).toMatchObject({ do: "switchover" });
	});

	test("nothing is rebuilt, but replicas are connected and strays fenced", () => {
		const primary = reads(primaryReading());
		const errant = reads(replicaReading(1, { executed: `${gtids(0, 100)},${uuid(1)}:5` }));
		const open = reads(replicaReading(2, {}, { superReadOnly: false }));
		const off = reads(replicaReading(2, {}, { receiver: null, applier: null }));
		expect(judge(scene(primary, errant, reads(replicaReading(2)))).repairs).toEqual([]);
		const unreadable = { applier: { running: false, error: "", errno: 13124 } };
		const gone = reads(replicaReading(1, {}, unreadable), { brokenMs: 9000 });
		expect(judge(scene(primary, gone, reads(replicaReading(2)))).repairs).toEqual([]);
		expect(judge(scene(primary, errant, open)).repairs).toMatchObject([{ do: "fence", name: "mysql-2" }]);
		expect(judge(scene(primary, lost(1), off)).repairs).toMatchObject([{ do: "follow", name: "mysql-2" }]);
	});

	test("the recorded primary is opened again", () => {
		const closed = reads(primaryReading({}, { superReadOnly: true, acksRequired: false }));
		expect(judge(scene(closed, lost(1), lost(2))).action).toMatchObject({ do: "resume" });
	});
});

describe("a pause", () => {
	const lastsMs = 3_600_000;
	const order: PauseOrder = { id: "p1", at: "2026-01-01T00:00:00.000Z", lastsMs, ...paused };
	const begins = Date.parse(order.at);

	test("ends by itself at its time", () => {
		const watch = new PauseWatch();
		expect(watch.paused(order, { now: 0, wall: begins })).toEqual(paused);
		expect(watch.paused(order, { now: 1, wall: begins + lastsMs })).toBeNull();
	});

	test("lasts no longer because a clock was put back", () => {
		const watch = new PauseWatch();
		expect(watch.paused(order, { now: 0, wall: begins - lastsMs })).toEqual(paused);
		expect(watch.paused(order, { now: lastsMs, wall: begins })).toBeNull();
	});

	test("is read as it was written, and what nobody understands stops nothing", () => {
		expect(parsePause(JSON.stringify(order))).toEqual(order);
		for (const text of [undefined, "", "{}", "[", JSON.stringify({ ...order, until: "soon" })]) {
			expect(parsePause(text)).toBeNull();
		}
	});
});

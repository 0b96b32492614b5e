import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decide } from "../../../runtime/failover/decide.ts";
import { podRecord } from "../../../runtime/failover/podFacts.ts";
import { longestHoldMs, QuiesceWatch, quiescedAnnotation, quiesceOrder } from "../../../runtime/failover/quiesce.ts";
import { roles } from "../../../runtime/failover/roles.ts";
import { isProtected } from "../../../runtime/failover/status.ts";
import type { Health, View } from "../../../runtime/failover/view.ts";
import type { Reading } from "../../../runtime/mysql/reading.ts";
import {
	facts,
	gtids,
	lostSource,
	otherUuid,
	primaryReading,
	reads,
	receiver,
	record,
	replicaReading,
	request,
	silent,
	view,
} from "./scene.ts";

const stopped = { applier: { running: false, error: "", errno: 0 } };
const still = (change: Partial<Reading> = {}, sets = {}) => reads(replicaReading(1, sets, { ...stopped, ...change }));
const other = reads(replicaReading(2));
/** mysql-1 is held still. */
const held = (health: readonly [Health, Health, Health], change: Partial<View> = {}): View => {
	const seen = view(health, change);
	return { ...seen, instances: seen.instances.map((i) => ({ ...i, quiesced: i.name === "mysql-1" })) };
};
const repairs = (one: Health) => decide(held([reads(primaryReading()), one, other]), record(), facts).repairs;

describe("an applier that a snapshot's job has stopped", () => {
	test("is left alone while the order holds, and started when it does not", () => {
		expect(repairs(still())).toEqual([]);
		expect(repairs(still(lostSource))).toEqual([]);
		const unheld = decide(view([reads(primaryReading()), still(), other]), record(), facts).repairs;
		expect(unheld).toEqual([{ do: "follow", name: "mysql-1", source: "mysql-0.mysql", fresh: false, behind: false }]);
	});

	test("is started where something else is wrong: an error, no receiver, another source", () => {
		const wrong = [
			{ applier: { running: false, error: "no", errno: 1062 } },
			{ receiver: receiver({ state: "off" }) },
			{ receiver: receiver({ source: "mysql-2.mysql" }) },
			{ receiver: null, applier: null },
		];
		for (const change of wrong) expect(repairs(still(change))).toMatchObject([{ do: "follow", name: "mysql-1" }]);
	});

	test("keeps it neither from a fence nor from a rebuild", () => {
		expect(repairs(still({ superReadOnly: false }))).toEqual([{ do: "fence", name: "mysql-1" }]);
		expect(repairs(still({}, { executed: `${gtids(0, 100)},${gtids(1, 3)}` }))).toMatchObject([{ do: "rebuild" }]);
	});

	test("does not make it count before its time", () => {
		expect(repairs(still({ uuid: otherUuid }))).toEqual([]);
	});

	test("changes nothing about a failover", () => {
		const lost = [silent(), still(lostSource), reads(replicaReading(2, {}, lostSource))] as const;
		const decided = decide(held(lost), record(), facts);
		expect(decided).toEqual(decide(view(lost), record(), facts));
		expect(decided.action).toMatchObject({ do: "failover" });
	});

	test("leaves a switchover to the other replica, and to this one where it is asked for or the only one", () => {
		const whole = [reads(primaryReading()), still(), other] as const;
		const to = (seen: View) => decide(seen, record(), facts).action;
		expect(to(held(whole, { request: request() }))).toMatchObject({ do: "switchover", to: "mysql-2" });
		expect(to(held(whole, { request: request("mysql-1") }))).toMatchObject({ do: "switchover", to: "mysql-1" });
		const alone = [reads(primaryReading()), still(), silent()] as const;
		expect(to(held(alone, { request: request() }))).toMatchObject({ do: "switchover", to: "mysql-1" });
		expect(to(view(alone, { request: request() }))).toMatchObject({ do: "answer" });
	});

	test("leaves it a replica, and all protected; a rolling update waits", () => {
		const whole = [reads(primaryReading()), still(), other] as const;
		expect(roles(held(whole), record()).get("mysql-1")).toBe("replica");
		expect(roles(view(whole), record()).get("mysql-1")).toBe("joining");
		expect(isProtected(held(whole), record())).toBe(true);
		const outdated = [{ name: "mysql-2", uid: "u", trouble: null }];
		const seen = { onDelete: true, outdated, ready: facts.members, stuck: null, resting: false };
		const step = (scene: View) => decide({ ...scene, rollout: seen }, record(), facts).action;
		expect(step(held(whole))).toMatchObject({ do: "wait" });
		expect(step(view([whole[0], reads(replicaReading(1)), other]))).toMatchObject({ do: "rollout" });
	});

	test("does not keep another copy of what counts: nobody is wiped for it", () => {
		const errant = reads(replicaReading(2, { executed: `${gtids(0, 100)},${gtids(2, 3)}` }));
		const decided = decide(held([reads(primaryReading()), still(), errant]), record(), facts);
		expect(decided.repairs).toEqual([]);
	});
});

describe("an order", () => {
	const order = quiesceOrder(1_800_000_000_000, "mysql-snapshot-1");

	test("is read off the pod", () => {
		const metadata = { name: "mysql-1", annotations: { [quiescedAnnotation]: order } };
		expect(podRecord({ metadata }).quiesced).toBe(order);
		expect(podRecord({ metadata: { name: "mysql-1" } }).quiesced).toBeNull();
	});

	test("holds for a minute from when it was first seen, whatever it says and however often it is looked at", () => {
		const steps = fc.array(fc.nat(30_000), { minLength: 1 });
		fc.assert(
			fc.property(fc.nat(), fc.integer(), steps, (first, until, gaps) => {
				const watch = new QuiesceWatch();
				let now = first;
				for (const gap of [0, ...gaps]) {
					now += gap;
					const holds = watch.quiesced("mysql-1", quiesceOrder(until, "job"), now);
					expect(holds).toBe(now - first < longestHoldMs);
				}
			}),
		);
	});

	test("that is another one begins anew, on its instance alone", () => {
		const watch = new QuiesceWatch();
		expect(watch.quiesced("mysql-1", order, 0)).toBe(true);
		expect(watch.quiesced("mysql-1", order, longestHoldMs)).toBe(false);
		expect(watch.quiesced("mysql-2", order, longestHoldMs)).toBe(true);
		expect(watch.quiesced("mysql-1", quiesceOrder(1, "another"), longestHoldMs)).toBe(true);
	});

	test.each([null, "", "yes", "{}", '{"until":"tomorrow","by":"job"}', '{"until":1,"by":""}'])(
		"that is %j holds nothing",
		(text) => {
			expect(new QuiesceWatch().quiesced("mysql-1", text, 0)).toBe(false);
		},
	);
});

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decide } from "../../../runtime/failover/decide.ts";
import type { PodFacts } from "../../../runtime/failover/podFacts.ts";
import type { ClusterRecord } from "../../../runtime/failover/record.ts";
import { type RolloutFacts, rolloutFacts } from "../../../runtime/failover/rollout.ts";
import { rolloutStep } from "../../../runtime/failover/rolloutAct.ts";
import { status } from "../../../runtime/failover/status.ts";
import type { View } from "../../../runtime/failover/view.ts";
import { fakeOperation } from "./fakeOperation.ts";
import {
	facts,
	gtids,
	healthy,
	members,
	primaryReading,
	reads,
	record,
	replicaReading,
	request,
	silent,
	view,
} from "./scene.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const set = { updateRevision: "new", onDelete: true };

function pod(n: number, change: Partial<PodFacts> = {}): PodFacts {
	return {
		name: `mysql-${n}`,
		uid: `uid-${n}`,
		address: `10.0.0.${n}`,
		zone: `zone-${n}`,
		node: `node-${n}`,
		role: null,
		reads: null,
		ready: true,
		leaving: null,
		quiesced: null,
		ending: false,
		revision: "old",
		trouble: null,
		unreadySince: null,
		nodeReady: true,
		running: true,
		mountingSince: null,
		volumeNote: null,
		restarts: 0,
		...change,
	};
}

const pods = (...changes: Partial<PodFacts>[]) => members.map((_, n) => pod(n, changes[n]));
const seen = (...changes: Partial<PodFacts>[]) => rolloutFacts(set, pods(...changes), now);
const updated = { revision: "new" };
const steps = (scene: View, given: RolloutFacts | null, known: ClusterRecord = record()) => {
	const { action } = decide({ ...scene, rollout: given }, known, facts);
	return action.do === "rollout" ? action.step : action;
};
const waits = { do: "wait", reason: "steady" };

describe("a rolling update", () => {
	test("takes the replicas first, one by one, the primary's seat last, then the old primary", () => {
		expect(steps(healthy(), seen())).toMatchObject({ step: "replace", name: "mysql-1", uid: "uid-1" });
		expect(steps(healthy(), seen({}, updated))).toMatchObject({ step: "replace", name: "mysql-2", uid: "uid-2" });
		expect(steps(healthy(), seen({}, updated, updated))).toMatchObject({
			do: "switchover",
			to: "mysql-1",
			request: null,
		});
		expect(steps(healthy(), seen(updated, updated, updated))).toEqual(waits);
	});

	test("waits until the pod that was made anew is ready and acknowledges", () => {
		const joining = view([
			reads(primaryReading({}, { ackers: 1 })),
			reads(replicaReading(1, {}, { acknowledges: false })),
			reads(replicaReading(2)),
		]);
		expect(steps(joining, seen({}, updated))).toEqual(waits);
		expect(steps(healthy(), seen({}, { ...updated, ready: false, unreadySince: now - 1000 }))).toEqual(waits);
		expect(steps(view([reads(primaryReading()), silent(), reads(replicaReading(2))]), seen({}, updated))).toEqual(
			waits,
		);
	});

	test("waits for a replica that acknowledges but is still sent what it missed", () => {
		const behind = reads(replicaReading(2, { executed: gtids(0, 90), retrieved: gtids(0, 95) }));
		const scene = view([reads(primaryReading()), reads(replicaReading(1)), behind]);
		expect(steps(scene, seen())).toEqual(waits);
		expect(steps(scene, seen({}, updated, updated))).toEqual(waits);
	});

	test("waits while a pod or its node is about to go, while something is being rebuilt, and for what was asked for", () => {
		expect(steps(healthy(), seen({}, {}, { leaving: "its node is cordoned" }))).toEqual(waits);
		const busy = healthy();
		const rebuilt = { ...busy, instances: busy.instances.map((i, n) => (n === 2 ? { ...i, busy: "rebuild" } : i)) };
		expect(steps(rebuilt, seen())).toEqual(waits);
		expect(steps({ ...healthy(), request: request("mysql-2") }, seen())).toMatchObject({
			do: "switchover",
			to: "mysql-2",
		});
	});

	test("is none while it is not known what is wanted", () => {
		expect(rolloutFacts(null, pods(), now)).toBeNull();
		expect(rolloutFacts({ updateRevision: null, onDelete: true }, pods(), now)).toBeNull();
		expect(steps(healthy(), null)).toEqual(waits);
	});

	test("is left to Kubernetes, with an alert, where the set says so", () => {
		const theirs = rolloutFacts({ ...set, onDelete: false }, pods(), now);
		const decision = decide({ ...healthy(), rollout: theirs }, record(), facts);
		expect(decision).toMatchObject({ action: waits, alerts: ["rolloutStuck"] });
	});

	test("stops, with an alert, when an updated pod does not start or does not come back for long", () => {
		const broken = { ...updated, ready: false, trouble: "mysql: ImagePullBackOff", unreadySince: now - 1000 };
		const scene = view([reads(primaryReading()), silent(), reads(replicaReading(2))]);
		const stuck = decide({ ...scene, rollout: seen({}, broken) }, record(), facts);
		expect(stuck).toMatchObject({ action: waits, alerts: ["rolloutStuck"] });
		const slow = { ...updated, ready: false, unreadySince: now - 3_600_000 };
		expect(decide({ ...scene, rollout: seen({}, slow) }, record(), facts).alerts).toEqual(["rolloutStuck"]);
		const starting = { ...updated, ready: false, unreadySince: now - 1000 };
		expect(decide({ ...scene, rollout: seen({}, starting) }, record(), facts).alerts).toEqual([]);
	});

	test("begins with the pod that does not start: the way out of an update that went wrong", () => {
		const broken = { ready: false, trouble: "mysql: ImagePullBackOff", unreadySince: now - 1000 };
		const scene = view([reads(primaryReading({}, { ackers: 1 })), reads(replicaReading(1)), silent()]);
		expect(steps(scene, seen({}, {}, broken))).toMatchObject({ step: "replace", name: "mysql-2" });
		expect(steps(scene, seen({}, { ready: false }, broken))).toEqual(waits);
	});

	test("rests after a step that failed", () => {
		expect(steps(healthy(), { ...(seen() as RolloutFacts), resting: true })).toEqual(waits);
	});

	test("waits while an operator paused the watchdog, and moves the primary only after the hold-off", () => {
		const paused = { until: "2026-01-02T00:00:00.000Z", reason: "" } as unknown as View["paused"];
		expect(steps({ ...healthy(), paused }, seen())).toEqual(waits);
		expect(steps({ ...healthy(), holdOffMs: 1000 }, seen({}, updated, updated))).toMatchObject({ do: "wait" });
	});

	test("never takes a pod away while another is missing, nor the primary's", () => {
		const change = fc.record({
			revision: fc.constantFrom("old", "new"),
			ready: fc.boolean(),
			leaving: fc.constantFrom(null, null, "its node is cordoned"),
			trouble: fc.constantFrom(null, null, "mysql: CrashLoopBackOff"),
		});
		const away = (n: number, changes: readonly Partial<PodFacts>[]) =>
			!changes[n]?.ready || changes[n]?.leaving !== null;
		fc.assert(
			fc.property(fc.tuple(change, change, change), (changes) => {
				const step = steps(healthy(), seen(...changes));
				const replaced = "step" in step && step.step === "replace" ? members.indexOf(step.name) : null;
				if (replaced === null) return;
				expect(replaced).not.toBe(0);
				expect(changes[replaced]?.revision).toBe("old");
				expect([0, 1, 2].filter((n) => n !== replaced && away(n, changes))).toEqual([]);
			}),
		);
	});

	test("moves the primary only when it alone is left", () => {
		const revision = fc.constantFrom("old", "new");
		fc.assert(
			fc.property(fc.tuple(revision, revision, revision), (revisions) => {
				const step = steps(healthy(), seen(...revisions.map((each) => ({ revision: each }))));
				const alone = revisions.join() === "old,new,new";
				expect("do" in step && step.do === "switchover").toBe(alone);
			}),
		);
	});
});

describe("its steps", () => {
	const operation = () => fakeOperation({ view: healthy(), record: record() });

	test("delete the very pod that was seen", async () => {
		const acting = operation();
		await rolloutStep(acting, { step: "replace", name: "mysql-1", uid: "uid-1", reason: "" });
		expect(acting.done).toEqual(["replace mysql-1 uid-1"]);
	});

	test("take no replica away while the other one is still sent what it missed", async () => {
		const behind = reads(replicaReading(2, { executed: gtids(0, 90), retrieved: gtids(0, 95) }));
		const scene = view([reads(primaryReading()), reads(replicaReading(1)), behind]);
		const acting = fakeOperation({ view: scene, record: record() });
		const step = { step: "replace", name: "mysql-1", uid: "uid-1", reason: "" } as const;
		await expect(rolloutStep(acting, step)).rejects.toThrow("mysql-2 is still catching up: mysql-1 stays for now");
		expect(acting.done.filter((what) => what !== "wait")).toEqual([]);
	});
});

test("the status names what is to go, and is silent when nothing is", () => {
	const given = (rollout: RolloutFacts | null) =>
		status({
			site: "",
			region: "",
			cluster: "",
			view: { ...healthy(), rollout },
			record: record(),
			watchdog: { leader: null, zone: null, members: [] },
			reads: new Map(),
			alerts: [],
			doing: "",
			lastOpen: null,
		}).rollout;
	expect(given(seen({}, updated))).toEqual({ outdated: ["mysql-0", "mysql-2"], stuck: null });
	expect(given(seen(updated, updated, updated))).toBeNull();
	expect(given(null)).toBeNull();
});

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { choose } from "../../../runtime/failover/choose.ts";
import { type Decision, decide } from "../../../runtime/failover/decide.ts";
import type { Health, View, VolumeView } from "../../../runtime/failover/view.ts";
import {
	facts,
	gtids,
	healthy,
	lostSource,
	members,
	otherUuid,
	primaryReading,
	reads,
	record,
	refusing,
	replicaReading,
	silent,
	uuid,
	view,
} from "./scene.ts";

const stands = {
	resting: false,
	heldBack: false,
	runs: false,
	unmade: false,
	unconnected: false,
	size: null,
} as const;
const gone: VolumeView = { ...stands, fault: { kind: "gone", reason: "its claim lost its volume" } };
const unusable: VolumeView = { ...stands, fault: { kind: "unusable", reason: "it cannot be mounted" } };
const sound: VolumeView = { ...stands, fault: null, runs: true };

const replica = (n: number, change = {}) => reads(replicaReading(n, {}, change));
const primary = (change = {}) => reads(primaryReading({}, change));
/** Health and volume of each instance. */
function scene(...instances: readonly (readonly [Health, VolumeView])[]): View {
	const [zero, one, two] = instances.map(([health]) => health) as [Health, Health, Health];
	const seen = view([zero, one, two]);
	return { ...seen, instances: seen.instances.map((i, n) => ({ ...i, volume: instances[n]?.[1] ?? null })) };
}
const lost = (volume: VolumeView, other: readonly [Health, VolumeView] = [replica(2), sound]) =>
	scene([primary({ ackers: 1 }), sound], [silent(), volume], other);
const decided = (seen: View): Decision => decide(seen, record(), facts);

describe("a replica's volume is replaced", () => {
	test.each([
		["gone", gone],
		["unusable", unusable],
	])("when it is %s, while the primary is open and the other replica acknowledges", (_, volume) => {
		const { action, alerts } = decided(lost(volume));
		expect(action).toMatchObject({
			do: "replaceVolume",
			step: { name: "mysql-1", keeper: "mysql-2", answers: false, term: 3, faulty: true },
			request: null,
		});
		expect(alerts).toEqual(["volumeLost"]);
	});

	test("when its instance still runs on what is gone: it stops acknowledging first", () => {
		const running = scene([primary(), sound], [replica(1), { ...gone, runs: true }], [replica(2), sound]);
		expect(decided(running).action).toMatchObject({ do: "replaceVolume", step: { keeper: "mysql-2", answers: true } });
	});

	test("when the other replica acknowledges, although it is itself to be rebuilt", () => {
		const errant = reads(replicaReading(2, { executed: `${gtids(0, 100)},${otherUuid}:1` }));
		expect(decided(lost(unusable, [errant, sound])).action).toMatchObject({ do: "replaceVolume" });
	});

	test("when nobody acknowledges and nothing is left on it, though the other replica is away too", () => {
		const both = scene([primary({ ackers: 0 }), sound], [refusing, gone], [silent(), unusable]);
		expect(decided(both).action).toMatchObject({ do: "replaceVolume", step: { name: "mysql-1", keeper: null } });
	});

	test("also while commits wait because both replicas are lost", () => {
		const waiting = reads(primaryReading({}, { ackers: 0, waitingCommits: 3 }), { stuckMs: 60_000 });
		const both = scene([waiting, sound], [refusing, gone], [silent(), gone]);
		expect(decided(both)).toMatchObject({
			action: { do: "replaceVolume" },
			alerts: ["tooFewAckers", "stalled", "volumeLost"],
		});
	});
});

test("a volume that was given up is told of until something has come in its place", () => {
	const volumes = { "mysql-1": { at: "2026-01-01T00:00:00.000Z", claim: "c", uuid: uuid(1), times: 1, reason: "" } };
	const pending = scene([primary(), sound], [silent(), { ...sound, runs: false }], [replica(2), sound]);
	expect(decide(pending, record({ volumes }), facts)).toMatchObject({ action: { do: "wait" }, alerts: ["volumeLost"] });
	const uuids = { ...record().uuids, "mysql-1": otherUuid };
	expect(decide(pending, record({ volumes, uuids }), facts).alerts).toEqual([]);
});

describe("a volume is left alone", () => {
	const waits = (seen: View) => {
		const { action, alerts } = decided(seen);
		expect(action.do).toBe("wait");
		expect(alerts).toContain("volumeLost");
	};

	test("when it may be the other copy of what was acknowledged", () => {
		waits(lost(unusable, [silent(), sound]));
		waits(lost(unusable, [replica(2, { acknowledges: false }), sound]));
		waits(lost(unusable, [reads(replicaReading(2, {}, { uuid: otherUuid })), sound]));
	});

	test("when the other replica's is at fault as well, and data may be left on it", () => {
		waits(scene([primary(), sound], [silent(), unusable], [replica(2), unusable]));
		waits(scene([primary(), sound], [replica(1), gone], [replica(2), gone]));
	});

	test("when somebody acknowledges who may be its instance", () => {
		waits(scene([primary({ ackers: 1 }), sound], [silent(), gone], [silent(), sound]));
	});

	test("while its instance may run, and acknowledge what nobody else has yet", () => {
		waits(lost({ ...gone, runs: true }));
	});

	test("while its instance is not known to be lost, or only not to us", () => {
		waits(scene([primary(), sound], [silent(false), gone], [replica(2), sound]));
		waits(scene([primary(), sound], [{ state: "unknown", reason: "password" }, gone], [replica(2), sound]));
	});

	test("when it was replaced a moment ago", () => {
		waits(lost({ ...gone, resting: true }));
		waits(lost({ ...gone, heldBack: true }));
	});

	test("while another instance is being rebuilt, or a pod was made anew a moment ago", () => {
		const seen = lost(gone);
		waits({ ...seen, instances: seen.instances.map((i) => (i.name === "mysql-2" ? { ...i, busy: "rebuild" } : i)) });
		waits({ ...seen, rollout: { onDelete: true, outdated: [], ready: [], stuck: null, resting: true } });
	});

	test("during a pause", () => {
		const { action } = decided({ ...lost(gone), paused: { until: "2026-01-01T01:00:00.000Z", reason: "storage" } });
		expect(action).toEqual({ do: "wait", reason: "paused, otherwise replaceVolume: its claim lost its volume" });
	});
});

describe("a primary whose volume is gone", () => {
	test("is moved away from while it runs", () => {
		const seen = scene([primary(), gone], [replica(1), sound], [replica(2), sound]);
		const instances = seen.instances.map((i, n) => (n === 0 ? { ...i, leaving: "its claim lost its volume" } : i));
		expect(decided({ ...seen, instances }).action).toMatchObject({ do: "switchover", to: "mysql-1", request: null });
	});

	test("is replaced by another instance when it is dead, and keeps its volume until then", () => {
		const replicas = [1, 2].map((n) => [replica(n, { receiver: { ...receiverOff } }), sound] as const);
		expect(decided(scene([refusing, gone], ...replicas)).action).toMatchObject({ do: "failover", from: "mysql-0" });
	});
});

const receiverOff = { state: "connecting", source: "mysql-0.mysql", autoPosition: true, error: "" } as const;

describe("damaged data", () => {
	const damage = (n: number) => ({
		[`mysql-${n}`]: { uuid: uuid(n), at: "2026-01-01T00:00:00.000Z", reason: "page 7" },
	});
	const known = (n: number) => record({ damaged: damage(n) });
	const bad: VolumeView = { ...unusable, runs: true };

	test("of a replica go with its volume, while it runs on it", () => {
		const seen = scene([primary(), sound], [replica(1), bad], [replica(2), sound]);
		expect(decide(seen, known(1), facts).action).toMatchObject({
			do: "replaceVolume",
			step: { name: "mysql-1", answers: true, keeper: "mysql-2" },
		});
	});

	test("are nobody's choice while another holds as much, and are chosen where nobody else does", () => {
		const died = [
			silent(),
			reads(replicaReading(1, {}, lostSource)),
			reads(replicaReading(2, {}, lostSource)),
		] as const;
		const must = (n: number, last: number) => [
			{ name: `mysql-${n}`, zone: null, reading: replicaReading(n, { executed: gtids(0, last) }) },
		];
		expect(decide(view(died), known(1), facts).action).toMatchObject({ do: "failover" });
		expect(choose(known(1), members, [...must(1, 100), ...must(2, 100)])).toMatchObject({ chosen: "mysql-2" });
		expect(choose(known(2), members, [...must(1, 100), ...must(2, 100)])).toMatchObject({ chosen: "mysql-1" });
		expect(choose(known(1), members, [...must(1, 100), ...must(2, 90)])).toMatchObject({ chosen: "mysql-1" });
	});

	test("are not copied: not from a replica, nor from the primary", () => {
		const empty = reads(replicaReading(1, { executed: "" }, { uuid: otherUuid }));
		const purged = { executed: gtids(0, 100), purged: gtids(0, 50) };
		const cloned = (rec: ReturnType<typeof record>, third = replica(2)) =>
			decide(view([reads(primaryReading(purged)), empty, third]), rec, facts).repairs.filter((r) => r.do === "rebuild");
		expect(cloned(record())).toMatchObject([{ donor: "mysql-2" }]);
		expect(cloned(known(2))).toMatchObject([{ donor: "mysql-0" }]);
		expect(cloned(known(0), silent())).toEqual([]);
	});
});

describe("an operator's request", () => {
	const asking = (name: string, seen: View = healthy()): View => ({
		...seen,
		request: { id: "r1", kind: "replaceVolume", at: "2026-01-01T00:00:00.000Z", name },
	});

	test("is carried out for a replica that nothing is wrong with, during a pause too", () => {
		const paused = { until: "2026-01-01T01:00:00.000Z", reason: "storage" };
		expect(decided({ ...asking("mysql-2"), paused }).action).toMatchObject({
			do: "replaceVolume",
			step: { name: "mysql-2", keeper: "mysql-1", answers: true, faulty: false },
			request: { id: "r1" },
		});
	});

	test("is refused for the primary, for nobody, and where it may be the last copy", () => {
		const refusal = (seen: View) => decided(seen).action;
		expect(refusal(asking("mysql-0"))).toMatchObject({
			do: "answer",
			refusal: expect.stringMatching(/is the primary/),
		});
		expect(refusal(asking("mysql-7"))).toMatchObject({ do: "answer", refusal: expect.stringMatching(/no instance/) });
		const alone = view([primary({ ackers: 1 }), replica(1), silent()]);
		expect(refusal(asking("mysql-1", alone))).toMatchObject({
			do: "answer",
			refusal: expect.stringMatching(/only other copy/),
		});
	});

	test("is answered once", () => {
		const answer = { id: "r1", state: "done", message: "", at: "2026-01-01T00:00:00.000Z" } as const;
		expect(decide(asking("mysql-2"), record({ request: answer }), facts).action).toEqual({
			do: "wait",
			reason: "steady",
		});
	});
});

test("whatever is seen, another copy stays: the primary is open, and a replica acknowledges or nothing was left", () => {
	const health = fc.constantFrom<(n: number) => Health>(
		(n) => (n === 0 ? primary() : replica(n)),
		(n) => (n === 0 ? primary({ ackers: 0 }) : replica(n, { acknowledges: false })),
		(n) => (n === 0 ? primary({ superReadOnly: true }) : reads(replicaReading(n, {}, { uuid: otherUuid }))),
		() => silent(),
		() => silent(false),
		() => refusing,
	);
	const one = fc.tuple(
		health,
		fc.constantFrom(
			sound,
			gone,
			unusable,
			{ ...gone, runs: true },
			{ ...gone, resting: true },
			{ ...gone, heldBack: true },
		),
	);
	let replaced = 0;
	fc.assert(
		fc.property(fc.tuple(one, one, one), (parts) => {
			const seen = scene(...parts.map(([make, volume], n) => [make(n), volume] as const));
			const { action } = decided(seen);
			if (action.do !== "replaceVolume") return;
			replaced += 1;
			const { name, keeper } = action.step;
			const of = (each: string | null) => seen.instances.find((i) => i.name === each);
			const open = of("mysql-0")?.health;
			expect(name).not.toBe("mysql-0");
			expect(open?.state === "readable" && !open.reading.superReadOnly && open.reading.acksRequired).toBe(true);
			expect(of(name)?.volume).toMatchObject({ resting: false, heldBack: false });
			// Either it can be made to stop acknowledging, or it does not run.
			expect(of(name)?.health.state === "readable" || of(name)?.volume?.runs === false).toBe(true);
			const kept = of(keeper)?.health;
			if (keeper !== null) expect(kept?.state === "readable" && kept.reading.acknowledges).toBe(true);
			else
				expect([of(name)?.volume?.fault?.kind, open?.state === "readable" && open.reading.ackers]).toEqual(["gone", 0]);
		}),
		{ numRuns: 3000 },
	);
	expect(replaced).toBeGreaterThan(50);
});

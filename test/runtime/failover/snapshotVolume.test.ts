import { describe, expect, test } from "@jest/globals";
import { decide } from "../../../runtime/failover/decide.ts";
import type { SourceSnapshot } from "../../../runtime/failover/nearestCopy.ts";
import { type SnapshotVolume, snapshotFault } from "../../../runtime/failover/snapshotVolume.ts";
import type { View, VolumeView } from "../../../runtime/failover/view.ts";
import { replaceVolume } from "../../../runtime/failover/volumeAct.ts";
import { letIn, makeVolume } from "../../../runtime/failover/volumeSourceAct.ts";
import { parseGtidSet } from "../../../runtime/mysql/gtidSet.ts";
import { type FakeOptions, fakeOperation } from "./fakeOperation.ts";
import { facts, gtids, otherUuid, primaryReading, reads, record, replicaReading, silent, uuid, view } from "./scene.ts";
import { bound, objects, pod, wall } from "./volumeScene.ts";

const minute = 60_000;
const from = { snapshot: "taken", server: uuid(2) };
const replaced = { at: "2026-01-01T11:00:00.000Z", claim: "claim-0", uuid: uuid(1), times: 1, reason: "" };
const { "mysql-1": _, ...others } = record().uuids;
const known = record({ uuids: others, volumes: { "mysql-1": { ...replaced, from } } });
const made = { ...bound, source: "taken", madeAt: wall - 10 * minute };

function fault(change: Partial<SnapshotVolume>): string | null {
	const sound = { name: "mysql-1", claim: made, pod: pod(), health: null, record: known, limitMs: 5 * minute, wall };
	return snapshotFault({ ...sound, ...change })?.reason ?? null;
}

describe("what was made of a snapshot has come to nothing", () => {
	const pending = { ...made, phase: "Pending" };
	const down = pod({ ready: false, running: false, restarts: 2 });
	const refused = { state: "unknown", reason: "password" } as const;

	test("when the storage makes no volume, mysqld does not start, or the watchdog is not let in", () => {
		expect(fault({ claim: pending })).toMatch(/no volume/);
		expect(fault({ pod: down })).toMatch(/does not start/);
		expect(fault({ health: refused })).toMatch(/does not let the watchdog in: password/);
	});

	test("but not while it may yet come to something", () => {
		const young = { madeAt: wall - 4 * minute };
		expect(fault({ claim: { ...pending, ...young } })).toBeNull();
		expect(fault({ claim: { ...made, ...young }, health: refused })).toBeNull();
		expect(fault({ pod: pod({ ready: false, running: false, restarts: 1 }) })).toBeNull();
		expect(fault({ pod: pod({ ready: false, restarts: 2 }) })).toBeNull();
		expect(fault({})).toBeNull();
	});

	test("and not once it was connected to the primary, or where it stands on another volume", () => {
		expect(fault({ pod: down, record: record({ volumes: { "mysql-1": replaced } }) })).toBeNull();
		expect(fault({ pod: down, claim: { ...made, source: null } })).toBeNull();
		expect(fault({ pod: down, claim: { ...made, ending: true } })).toBeNull();
		expect(fault({ pod: down, claim: { ...made, uid: replaced.claim } })).toBeNull();
	});
});

const stands: VolumeView = {
	fault: null,
	resting: false,
	heldBack: false,
	runs: true,
	unmade: false,
	unconnected: true,
	size: null,
};

function seen(health: View["instances"][number]["health"], volume: VolumeView | null, purged = ""): View {
	const all = view([reads(primaryReading({ purged })), health, reads(replicaReading(2))]);
	return { ...all, instances: all.instances.map((i) => (i.name === "mysql-1" ? { ...i, volume } : i)) };
}

const booted = (server: string, executed = gtids(0, 60), retrieved = gtids(0, 65)) =>
	reads(
		replicaReading(
			1,
			{ executed, retrieved },
			{ uuid: server, acknowledges: false, receiver: null, applier: null, lagSeconds: null },
		),
	);

describe("an instance on a snapshot's volume", () => {
	const repairs = (health: ReturnType<typeof booted>, volume: VolumeView | null = stands, purged = "") =>
		decide(seen(health, volume, purged), known, facts).repairs.filter(({ name }) => name === "mysql-1");

	test("catches up, without the relay log that came with it", () => {
		expect(repairs(booted(otherUuid))).toEqual([
			{ do: "follow", name: "mysql-1", source: "mysql-0.mysql", fresh: true, behind: true },
		]);
	});

	test("never follows with the identity of its original: it is cloned to", () => {
		expect(repairs(booted(uuid(2)))).toMatchObject([{ do: "rebuild", reason: expect.stringMatching(/identity/) }]);
		expect(repairs(booted(uuid(2)), null)).toMatchObject([{ do: "rebuild" }]);
		// With a purged primary and nobody to copy from it waits.
		const alone = decide(
			{ ...seen(booted(uuid(2)), stands), instances: seen(booted(uuid(2)), stands).instances.slice(0, 2) },
			record({ ...known, gtidAtPromotion: "" }),
			facts,
		);
		expect(alone.repairs.some(({ do: what }) => what === "follow")).toBe(false);
	});

	test("is cloned to where its snapshot does not lead on to the primary", () => {
		expect(repairs(booted(otherUuid), stands, gtids(0, 70))).toMatchObject([{ do: "rebuild" }]);
	});

	test("is like the others from when it is connected to the primary", async () => {
		const operation = fakeOperation({ view: seen(booted(otherUuid), stands), record: known });
		await letIn(operation, "mysql-1");
		expect(operation.saved()?.volumes?.["mysql-1"]).toEqual(replaced);
		await letIn(operation, "mysql-1");
		expect(operation.done).toHaveLength(1);
	});

	test("that does not let the watchdog in gets another volume, for it has acknowledged nothing", () => {
		const nothing: VolumeView = { ...stands, fault: { kind: "gone", reason: "it does not let the watchdog in" } };
		const closed = { state: "unknown", reason: "password" } as const;
		expect(decide(seen(closed, nothing), known, facts).action).toMatchObject({ do: "replaceVolume" });
		expect(decide(seen(closed, { ...nothing, unconnected: false }), known, facts).action.do).toBe("wait");
		const running = decide(seen(silent(), { ...nothing, unconnected: false }), known, facts);
		expect(running.action.do).toBe("wait");
	});
});

describe("a claim that was held", () => {
	test("is made anew once nothing uses it, during a pause too, and not given up again", () => {
		const unmade: VolumeView = { ...stands, unmade: true, runs: false, fault: { kind: "gone", reason: "lost" } };
		const paused = { until: "2026-01-01T13:00:00.000Z", reason: "storage" };
		for (const now of [seen(silent(), unmade), { ...seen(silent(), unmade), paused }]) {
			expect(decide(now, known, facts).action).toMatchObject({ do: "makeVolume", name: "mysql-1" });
		}
	});
});

const snapshot: SourceSnapshot = {
	name: "taken",
	takenAt: "2026-01-01T00:00:00.000Z",
	instance: "mysql-2",
	server: uuid(2),
	term: 3,
	gtidExecuted: parseGtidSet(gtids(0, 60)),
	version: "9.7.4",
	bytes: 1e15,
	ready: true,
	verifiedAt: "2026-01-01T00:00:00.000Z",
	fault: null,
	content: null,
	volumeBytes: 7,
};

describe("replacing a volume by what is made of a snapshot", () => {
	const step = { name: "mysql-1", term: 3, keeper: "mysql-2", answers: false, reason: "why", faulty: true };
	const lost = objects({ claim: { ...bound, phase: "Lost" }, lostMs: minute });
	const copyRates = { cloneBytes: 1e6, replay: 4, volumeMs: minute };
	const begun = (change: Partial<FakeOptions> = {}) =>
		fakeOperation({
			view: view([reads(primaryReading({}, { ackers: 1 })), silent(), reads(replicaReading(2))]),
			record: record(),
			look: () => lost,
			sources: () => [snapshot],
			copyRates,
			...change,
		});

	test("counts for nothing before the old claim is held, and given up", async () => {
		const operation = begun();
		await replaceVolume(operation, step);
		expect(operation.done.filter((what) => what !== "wait")).toEqual([
			"keep pv-1",
			"record term 3 primary mysql-0",
			"hold mysql-1 claim-1",
			"release mysql-1 claim-1 pod-1",
		]);
		expect(operation.saved()?.volumes?.["mysql-1"]).toMatchObject({ times: 1, uuid: uuid(1), from });
		expect(operation.saved()?.uuids["mysql-1"]).toBeUndefined();
	});

	test("is not tried a second time when nothing came of the first", async () => {
		const operation = begun({ record: known, look: () => objects({ claim: made }) });
		await replaceVolume(operation, { ...step, faulty: true });
		expect(operation.done.some((what) => what.startsWith("hold"))).toBe(false);
		expect(operation.saved()?.volumes?.["mysql-1"]).toMatchObject({ times: 2, uuid: uuid(1) });
		expect(operation.saved()?.volumes?.["mysql-1"]?.from).toBeUndefined();
	});

	test("is not waited for where the snapshots cannot be read", async () => {
		const operation = begun({
			sources: () => {
				throw new Error("away");
			},
		});
		await replaceVolume(operation, step);
		expect(operation.done.at(-1)).toBe("release mysql-1 claim-1 pod-1");
		expect(operation.saved()?.volumes?.["mysql-1"]?.from).toBeUndefined();
	});

	test("goes on with an empty one when the snapshot has gone since", async () => {
		const held = () => objects({ claim: { ...bound, ending: true, held: true } });
		const there = begun({ record: known, look: held });
		await makeVolume(there, "mysql-1");
		expect(there.done).toEqual(["make mysql-1 taken"]);
		const gone = begun({ record: known, look: held, sources: () => [] });
		await makeVolume(gone, "mysql-1");
		expect(gone.done).toEqual(["make mysql-1 empty"]);
		const again = begun({ record: known, look: () => objects() });
		await makeVolume(again, "mysql-1");
		expect(again.done).toEqual([]);
	});
});
